"""The panelists: the tool each has, what happens when one is broken, and when too few are left."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph

from app.main import create_app
from app.settings import Settings
from graphs.adapters.documents.index import writable_index
from graphs.adapters.documents.source import SAMPLES_NOTE, index_file
from graphs.kit import add_fan_out
from graphs.kit.model.contexts import ModelContext
from graphs.panel.graph import EXAMPLE, PANEL, Input, Output, State, TooFewBallots, decide, graph
from tests.app.execution.test_runner import rows_of
from tests.conftest import ROOT
from tests.graphs.adapters.documents.documents_at_hand import bring_up_to_date, write
from tests.graphs.panel.panel_at_hand import NAMES, TOOL_OF, looks, prompt_of, run
from tests.graphs.panel.steps_at_hand import use, vote
from tests.graphs.sending import sent
from tests.model_answers import NEVER, Answer
from tests.model_server import ModelServer
from tests.source_answers import WIKIPEDIA
from tests.source_server import SourceServer
from tests.still_time import run_in_still_time

REFUSED = Answer(status=401)
each_panelist = pytest.mark.parametrize("name", NAMES)


def test_each_panelist_uses_the_tool_of_its_own(
    model_server: ModelServer, source_server: SourceServer
) -> None:
    expected = {
        "calculator": ("calculate", "10 * 25.4", "254"),
        "librarian": ("search_documents", "Sihwa Lake", "tidal power"),
        "encyclopedist": ("search_wikipedia", "Sihwa Lake", "is an article."),
    }
    for name, (tool, given, _) in expected.items():
        model_server.answer(use(tool, given), prompt=prompt_of(name), times=1)
    model_server.answer(vote("A"))

    output = run(question=EXAMPLE)

    tools_by_panelist = {ballot["panelist"]: ballot["tools"] for ballot in output.ballots}
    assert tools_by_panelist.pop("sceptic") == []
    for name, (tool, given, said) in expected.items():
        (used,) = tools_by_panelist[name]
        assert (used["tool"], used["input"], used["error"]) == (tool, given, None)
        assert said in (used["result"] or "")
        assert len(model_server.calls_with(prompt_of(name))) == 2
    assert len(source_server.requests_to(WIKIPEDIA)) == 1


@each_panelist
@pytest.mark.parametrize(
    ("broken", "reason", "calls"),
    [
        (REFUSED, "the model refused to answer", 1),
        (Answer(status=400), "the model refused to answer", 1),
        (Answer(text=""), "the model gave no usable answer", 2),
        (Answer(text="I vote yes."), "the model gave no usable answer", 4),
        (Answer(fault="malformed"), "the model gave no usable answer", 2),
        (Answer(text="{", finish_reason="length"), "the model's answer was cut off", 2),
    ],
    ids=["refused", "shape refused", "empty", "out of shape", "malformed", "cut off"],
)
def test_a_broken_panelist_is_missing_with_its_reason_and_the_others_decide(
    broken: Answer, reason: str, calls: int, name: str, model_server: ModelServer
) -> None:
    model_server.answer(broken, prompt=prompt_of(name))
    looks(model_server, *(TOOL_OF.keys() - {name}))
    model_server.answer(vote("B"))

    output = run()

    assert output.decision == "no"
    assert [ballot["panelist"] for ballot in output.ballots] == [
        other for other in NAMES if other != name
    ]
    (missing,) = output.missing
    assert missing.panelist == name
    assert reason in missing.reason
    assert f"(Without the {name}. {missing.reason}.)" in output.answer
    assert len(model_server.calls_with(prompt_of(name))) == calls


@each_panelist
def test_a_panelist_that_stalls_runs_into_its_timeout(name: str, model_server: ModelServer) -> None:
    model_server.answer(Answer(delay=NEVER), prompt=prompt_of(name))
    looks(model_server, *(TOOL_OF.keys() - {name}))
    model_server.answer(vote("A"))
    builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
    impatient = [
        replace(branch, timeout=0.3, attempts=1) if branch.name == name else branch
        for branch in PANEL
    ]
    add_fan_out(builder, impatient, join=decide)

    output = run_in_still_time(
        builder.compile().ainvoke(sent(question="Is it so?")),
        until=lambda: model_server.wait_for_calls(1, prompt_of(name)),
    )

    model_server.wait_until_idle()
    (missing,) = output["missing"]
    assert missing["panelist"] == name
    assert missing["reason"] == "it took too long"
    assert [call.client_left for call in model_server.calls_with(prompt_of(name))] == [True]


def test_a_second_attempt_begins_anew(model_server: ModelServer) -> None:
    looks(model_server)
    model_server.answer(Answer(text=""), prompt=prompt_of("calculator"), times=1)
    looks(model_server, "calculator")
    model_server.answer(vote("A"))
    threaded = graph.copy(update={"checkpointer": InMemorySaver()})
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}

    output = asyncio.run(threaded.ainvoke(sent(question="Is it so?"), config))

    assert output["missing"] == []
    assert len(output["ballots"][0]["tools"]) == 1


def test_too_few_ballots_are_an_error_that_names_who_failed_and_why(
    model_server: ModelServer,
) -> None:
    model_server.answer(REFUSED, prompt=prompt_of("librarian"))
    model_server.answer(Answer(text=""), prompt=prompt_of("sceptic"))
    looks(model_server, "calculator", "encyclopedist")
    model_server.answer(vote("A"))

    with pytest.raises(TooFewBallots) as caught:
        run()

    message = str(caught.value)
    assert message.startswith("2 of 4 voted, the quorum is 3. librarian: OpenAIAuthentication")
    assert "; sceptic: AnswerOutOfShape: " in message


def test_a_smaller_quorum_is_met_by_who_is_left(model_server: ModelServer) -> None:
    model_server.answer(vote("A"), prompt=prompt_of("sceptic"))
    model_server.answer(REFUSED)

    output = run(quorum=1)

    assert output.decision == "yes"
    assert len(output.missing) == 3


def test_a_tool_that_finds_nothing_out_is_said_in_the_answer(model_server: ModelServer) -> None:
    looks(model_server)
    model_server.answer(vote("A"))

    output = run()

    (said,) = [line for line in output.answer.splitlines() if "encyclopedist" in line]
    assert output.decision == "yes"
    assert output.missing == []
    assert said.startswith("(The encyclopedist has no result. SourceUnreachable: Wikipedia")


def test_that_the_documents_are_samples_is_said_in_the_answer(
    model_server: ModelServer, tmp_path: Path
) -> None:
    look = use("search_documents", "tidal barrage")
    for _ in "12":
        model_server.answer(look, prompt=prompt_of("librarian"), times=1)
        looks(model_server, "calculator", "encyclopedist")
        model_server.answer(vote("A"), times=4)

    of_samples = run()
    with writable_index(index_file()) as index:
        bring_up_to_date(index, write(tmp_path / "mine", a="A tidal barrage is a dam."))
    of_own = run()

    assert of_samples.answer.endswith(f"({SAMPLES_NOTE})")
    assert SAMPLES_NOTE not in of_own.answer
    assert "A tidal barrage is a dam." in str(of_own.ballots)


def test_every_call_of_an_agent_is_counted_in_the_report(
    model_server: ModelServer, settings: Settings
) -> None:
    looks(model_server)
    model_server.answer(vote("A"))
    served = settings.model_copy(update={"graphs_file": ROOT / "langgraph.json"})

    with TestClient(create_app(served)) as client:
        body = {"input": {"question": "Is it so?"}}
        report = client.post("/graphs/panel/invoke", json=body).json()["report"]

    assert [rows_of(report)[name]["status"] for name in NAMES] == ["ok"] * 4
    counted = [len(call.prompt.split()) for call in model_server.calls]
    assert len(counted) == 7
    assert report["tokens"]["input"] == sum(counted)
    assert report["tokens"]["output"] > 0
