"""What is stored of a request, and read back by this version or another."""

from langgraph.types import Command

from app.runs.request import RunRequest


def test_request_is_read_back_as_it_was_stored() -> None:
    request = RunRequest({"text": "tides"}, context={"tone": "dry"}, deadline=1.5, thread_id="t")

    read = RunRequest.from_json(request.as_json(), thread_id="t")

    assert (read.graph_input, read.is_validated) == ({"text": "tides"}, False)
    assert (read.context, read.deadline, read.wants_tokens) == ({"tone": "dry"}, 1.5, False)


def test_answer_to_a_question_is_read_back_as_a_command() -> None:
    read = RunRequest.from_json(RunRequest(Command(resume={"yes": 1})).as_json())

    assert read.graph_input == Command(resume={"yes": 1})
    assert read.is_validated


def test_options_of_a_later_version_are_ignored() -> None:
    read = RunRequest.from_json({"input": {"n": 1}, "wants_tokens": True, "priority": 9})

    assert (read.graph_input, read.wants_tokens) == ({"n": 1}, True)
