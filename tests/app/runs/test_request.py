"""What is stored of a request, and read back by this version or another."""

from typing import Any

import pytest

from app.runs.request import ANY_QUESTION, RunRequest


def test_request_is_read_back_as_it_was_stored() -> None:
    request = RunRequest({"text": "tides"}, context={"tone": "dry"}, deadline=1.5, thread_id="t")

    read = RunRequest.from_json(request.as_json(), thread_id="t")

    assert read.graph_input == {"text": "tides"}
    assert (read.context, read.deadline, read.wants_tokens) == ({"tone": "dry"}, 1.5, False)


def test_answers_to_questions_are_read_back_with_their_ids() -> None:
    read = RunRequest.from_json(RunRequest(answers={"q1": None, "q2": {}}).as_json())

    assert (read.graph_input, read.answers) == (None, {"q1": None, "q2": {}})


def test_answer_that_an_earlier_version_stored_is_for_the_open_question() -> None:
    read = RunRequest.from_json({"resume": {"yes": 1}})

    assert read.answers == {ANY_QUESTION: {"yes": 1}}


@pytest.mark.parametrize(
    ("stored", "lacks_secrets"),
    [
        ({"input": {"token": "**********"}}, True),
        ({"input": {"n": 1}, "context": {"keys": [{"key": "**********"}]}}, True),
        ({"input": {"n": 1}}, False),
        ({"form": 2, "input": {"token": "**********"}}, False),
    ],
)
def test_only_a_request_of_an_earlier_version_lacks_its_secrets(
    stored: dict[str, Any], lacks_secrets: bool
) -> None:
    assert RunRequest.from_json(stored).lacks_secrets is lacks_secrets


def test_secrets_are_stored_and_never_shown() -> None:
    request = RunRequest(
        {"topic": "x", "token": "s3cret"},
        context={"keys": [{"token": "t"}]},
        secret_keys=("token",),
    )

    read = RunRequest.from_json(request.as_json())

    assert read == request
    assert read.shown() == {
        "input": {"topic": "x", "token": "**********"},
        "context": {"keys": [{"token": "**********"}]},
    }


def test_options_of_a_later_version_are_ignored() -> None:
    read = RunRequest.from_json({"input": {"n": 1}, "wants_tokens": True, "priority": 9})

    assert (read.graph_input, read.wants_tokens) == ({"n": 1}, True)
