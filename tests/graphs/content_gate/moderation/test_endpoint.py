"""The moderation endpoint against a real server on loopback, and where there is none to ask."""

import asyncio
import json

import openai
import pytest

from graphs.adapters.errors import SourceAnswerUnusable
from graphs.content_gate.moderation.endpoint import (
    OPENAI_MODEL,
    NoModeration,
    moderate,
    moderation_model,
)
from graphs.content_gate.submissions.submission import Reason
from tests.model_answers import Answer
from tests.model_server import ModelServer
from tests.moderation_answers import flagging

TEXTS = {"title": "Fine words", "body": "Foul words"}


@pytest.fixture
def moderation(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    monkeypatch.setenv("FANJOIN_MODERATION_MODEL", "mod-1")
    return model_server


def run() -> tuple[list[Reason], str]:
    return asyncio.run(moderate(TEXTS))


def test_texts_that_are_not_flagged_give_no_reason(moderation: ModelServer) -> None:
    assert run() == ([], "mod-1")


def test_all_texts_go_in_one_request_to_the_model_that_is_set(moderation: ModelServer) -> None:
    run()

    (call,) = moderation.calls
    assert call.body == {"model": "mod-1", "input": ["Fine words", "Foul words"]}


def test_each_flagged_category_is_a_reason_at_its_text(moderation: ModelServer) -> None:
    moderation.answer(Answer(text=flagging([], ["hate", "violence/graphic"])))

    reasons, _ = run()

    assert [(reason.code, reason.place) for reason in reasons] == [
        ("hate", "body"),
        ("violence/graphic", "body"),
    ]
    assert reasons[0].message == "flagged as hate, score 0.90"


def test_categories_of_another_server_and_missing_scores_are_taken_as_they_are(
    moderation: ModelServer,
) -> None:
    result = {"flagged": True, "categories": {"spam": True, "illicit": None}}
    plain = {"flagged": True, "categories": {}}
    moderation.answer(Answer(text=json.dumps([result, plain])))

    reasons, _ = run()

    assert [(reason.code, reason.message, reason.place) for reason in reasons] == [
        ("spam", "flagged as spam", "title"),
        ("flagged", "flagged as flagged", "body"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[]", "judged 0 texts of 2"),
        (flagging(["hate"]), "judged 1 texts of 2"),
        ("{}", "out of shape: results"),
        ('[{"flagged": true}, {}]', "out of shape: results.0.categories"),
    ],
)
def test_an_answer_out_of_shape_is_never_taken_for_a_pass(
    text: str, place: str, moderation: ModelServer
) -> None:
    moderation.answer(Answer(text=text))

    with pytest.raises(SourceAnswerUnusable, match=place):
        run()


def test_an_answer_that_is_no_json_is_out_of_shape(moderation: ModelServer) -> None:
    moderation.answer(Answer(fault="malformed"))

    with pytest.raises(SourceAnswerUnusable, match="out of shape: the answer"):
        run()


def test_a_server_that_has_no_moderation_says_so_by_404(moderation: ModelServer) -> None:
    moderation.answer(Answer(status=404))

    with pytest.raises(NoModeration, match=r"no moderation model 'mod-1'"):
        run()


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_refusal_is_told_after_one_request(status: int, moderation: ModelServer) -> None:
    moderation.answer(Answer(status=status))

    with pytest.raises(openai.APIStatusError) as caught:
        run()

    assert caught.value.status_code == status
    assert len(moderation.calls) == 1


def test_a_connection_that_breaks_is_told(moderation: ModelServer) -> None:
    moderation.answer(Answer(fault="hang_up"))

    with pytest.raises(openai.APIConnectionError):
        run()


@pytest.mark.parametrize(
    ("base_url", "key", "expected"),
    [
        (None, "k", OPENAI_MODEL),
        (None, None, None),
        ("https://eu.api.openai.com/v1", "k", OPENAI_MODEL),
        ("https://api.openai.com.example/v1", "k", None),
        ("http://127.0.0.1:1/v1", "k", None),
    ],
)
def test_only_openai_itself_is_asked_unasked(
    base_url: str | None, key: str | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": key}.items():
        monkeypatch.setenv(name, value or "")

    assert moderation_model() == expected


def test_nothing_is_sent_to_openai_where_no_server_is_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANJOIN_MODERATION_MODEL", "mod-1")

    with pytest.raises(NoModeration, match="no moderation model is configured"):
        run()


def test_a_server_that_is_not_set_for_it_is_not_asked(model_server: ModelServer) -> None:
    with pytest.raises(NoModeration, match="no moderation model is configured"):
        run()

    assert model_server.calls == []
