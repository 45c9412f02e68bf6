"""Campaign against a real model server: what is in the email, and what each failure makes of it."""

import asyncio
import json
from email import message_from_string
from email.policy import default
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from pydantic import TypeAdapter

from graphs.campaign.graph import (
    NO_IMAGE_MODEL,
    Input,
    Output,
    State,
    assemble,
    body,
    card,
    graph,
    image,
    plain_subject,
    subjects,
)
from graphs.kit import Branch, RequiredBranchFailed, add_fan_out
from graphs.kit.model.contexts import ModelContext
from tests.graphs.campaign.emails_at_hand import (
    BODY,
    LINES,
    PHOTOGRAPH,
    SUBJECTS,
    WORDS,
    run,
    wanted,
    write_well,
)
from tests.graphs.campaign.html_page import HtmlPage
from tests.graphs.sending import sent
from tests.model_answers import NEVER, Answer, all_received
from tests.model_server import ModelServer
from tests.still_time import run_in_still_time

REFUSED = Answer(status=401)
PLAIN_SUBJECT = "Halo: It lights up by itself"

broken_answers = pytest.mark.parametrize(
    ("broken", "reason", "calls"),
    [
        (REFUSED, "the model refused to answer", 1),
        (Answer(text=""), "the model gave no usable answer", 2),
        (Answer(text="no JSON"), "the model gave no usable answer", 4),
        (Answer(fault="malformed"), "the model gave no usable answer", 2),
        (Answer(text="{", finish_reason="length"), "the model's answer was cut off", 2),
    ],
    ids=["refused", "empty", "out of shape", "malformed", "cut off"],
)


def missing_of(output: Output) -> dict[str, str]:
    return {missing.part: missing.reason for missing in output.missing}


def test_subjects_body_and_picture_make_one_email(server: ModelServer, image_model: None) -> None:
    write_well(server)

    output = asyncio.run(run())

    assert (output.subject, output.other_subjects) == (LINES[0], LINES[1:])
    assert output.preheader == WORDS["preheader"]
    assert output.image is not None
    assert (output.image.kind, output.image.svg) == ("generated", None)
    assert output.missing == []
    page = HtmlPage(output.html)
    assert page.text("title") == LINES[0]
    assert page.text("h1") == WORDS["headline"]
    assert page.texts("p") == WORDS["paragraphs"]
    assert page.attribute("a", "href") == "https://h.example/"
    assert page.attribute("img", "src").startswith("data:image/jpeg;base64,")


def test_text_and_message_hold_the_same_email(server: ModelServer) -> None:
    write_well(server)

    output = asyncio.run(run())

    assert output.text.startswith("Home in your own light\n\nThe days are short.")
    message = message_from_string(output.message, policy=default)
    assert message["Subject"] == output.subject
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds[-2:] == ["text/html", "image/png"]


def test_the_branches_ask_at_the_same_time(server: ModelServer, image_model: None) -> None:
    server.answer(Answer(when=all_received(3)))

    asyncio.run(run())

    assert len(server.calls) == 3
    assert max(call.started for call in server.calls) < min(
        call.ended or 0 for call in server.calls
    )


def test_without_an_image_model_a_card_is_drawn_as_planned(server: ModelServer) -> None:
    output = asyncio.run(run(colour="#102030"))

    assert output.image is not None
    assert output.image.kind == "card"
    assert output.image.alt == PLAIN_SUBJECT
    assert "#102030" in (output.image.svg or "")
    assert missing_of(output) == {"image": NO_IMAGE_MODEL}
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("broken", "reason", "calls"),
    [
        (REFUSED, "the model refused to answer", 1),
        (Answer(text="bm90IGFuIGltYWdl"), "its source gave no usable answer", 2),
        (Answer(fault="hang_up"), "the model cannot be reached", 2),
    ],
    ids=["refused", "no image", "hung up"],
)
def test_a_card_stands_in_for_a_picture_that_failed(
    broken: Answer, reason: str, calls: int, server: ModelServer, image_model: None
) -> None:
    server.answer(broken, prompt=PHOTOGRAPH)

    output = asyncio.run(run())

    assert output.image is not None
    assert output.image.kind == "card"
    assert list(missing_of(output)) == ["image"]
    assert reason in missing_of(output)["image"]
    assert len(server.calls_with(PHOTOGRAPH)) == calls


def test_an_email_goes_without_a_picture_when_not_even_a_card_can_be_had(
    server: ModelServer, image_model: None
) -> None:
    server.answer(REFUSED, prompt=PHOTOGRAPH)
    builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
    branches = [Branch(subjects), Branch(body), Branch(image, required=False)]
    add_fan_out(builder, branches, join=assemble)

    result = asyncio.run(builder.compile().ainvoke(sent(**wanted())))

    output = TypeAdapter(Output).validate_python(result)
    assert output.image is None
    assert list(missing_of(output)) == ["image"]
    assert "<img" not in output.html


@broken_answers
def test_product_and_point_stand_in_for_subject_lines_that_failed(
    broken: Answer, reason: str, calls: int, server: ModelServer
) -> None:
    server.answer(broken, prompt=SUBJECTS)

    output = asyncio.run(run())

    assert (output.subject, output.other_subjects) == (PLAIN_SUBJECT, [])
    assert list(missing_of(output)) == ["subjects", "image"]
    assert reason in missing_of(output)["subjects"]
    assert len(server.calls_with(SUBJECTS)) == calls


@broken_answers
def test_an_email_without_its_body_is_none(
    broken: Answer, reason: str, calls: int, server: ModelServer
) -> None:
    server.answer(broken, prompt=BODY)

    with pytest.raises(RequiredBranchFailed, match="required branch 'body'") as caught:
        asyncio.run(run())

    assert list(caught.value.outcomes) == ["body"]
    assert len(server.calls_with(BODY)) == calls


def test_a_branch_that_stalls_runs_into_its_timeout(server: ModelServer, image_model: None) -> None:
    server.answer(Answer(delay=NEVER), prompt=SUBJECTS)
    server.answer(Answer(delay=NEVER), prompt=PHOTOGRAPH)
    builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
    branches = [
        Branch(subjects, timeout=60, fallback=plain_subject),
        Branch(body),
        Branch(image, timeout=60, fallback=card),
    ]
    add_fan_out(builder, branches, join=assemble)

    output = run_in_still_time(
        builder.compile().ainvoke(sent(**wanted())),
        until=lambda: server.wait_for_calls(3),
        ahead=60,
    )

    server.wait_until_idle()
    assert output["subject"] == PLAIN_SUBJECT
    assert output["image"]["kind"] == "card"
    assert all(one["reason"] == "it took too long" for one in output["missing"])
    stalled = [*server.calls_with(SUBJECTS), *server.calls_with(PHOTOGRAPH)]
    assert [call.client_left for call in stalled] == [True, True]


def test_the_first_subject_line_that_fits_is_the_subject(server: ModelServer) -> None:
    lines = ["x" * 79, "Halo\r\nBcc: all@example.com", "Short"]
    server.answer(Answer(text=json.dumps({"subjects": lines})), prompt=SUBJECTS)

    output = asyncio.run(run())

    assert output.subject == "Halo Bcc: all@example.com"
    assert output.other_subjects == ["Short"]
    assert message_from_string(output.message, policy=default)["Bcc"] is None


def test_a_subject_that_stands_in_is_short_too(server: ModelServer) -> None:
    server.answer(REFUSED, prompt=SUBJECTS)

    output = asyncio.run(run(product="Halo " * 20, points=["word " * 40]))

    assert len(output.subject) <= 78
    assert output.subject.endswith("…")


def test_every_call_is_bounded_and_a_request_may_choose_the_model(server: ModelServer) -> None:
    asyncio.run(run(ModelContext(model="another", temperature=0.9)))

    assert all(call.body["max_tokens"] <= 500 for call in server.calls)
    requests = {(call.body["model"], call.body["temperature"]) for call in server.calls}
    assert requests == {("another", 0.9)}


def test_a_second_email_on_a_thread_shows_nothing_of_the_first(
    server: ModelServer, image_model: None
) -> None:
    server.answer(Answer(text=json.dumps({"subjects": LINES})), prompt=SUBJECTS, times=1)
    server.answer(REFUSED, prompt=SUBJECTS)
    server.answer(Answer(), prompt=PHOTOGRAPH, times=1)
    server.answer(REFUSED, prompt=PHOTOGRAPH)
    threaded = graph.copy(update={"checkpointer": InMemorySaver()})

    async def run_twice() -> list[dict[str, Any]]:
        config: RunnableConfig = {"configurable": {"thread_id": "t"}}
        return [await threaded.ainvoke(sent(**wanted()), config) for _ in "12"]

    first, second = asyncio.run(run_twice())

    assert (first["subject"], first["image"]["kind"], first["missing"]) == (
        LINES[0],
        "generated",
        [],
    )
    assert (second["subject"], second["image"]["kind"]) == (PLAIN_SUBJECT, "card")
    assert [one["part"] for one in second["missing"]] == ["subjects", "image"]
