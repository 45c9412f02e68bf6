"""`fanjoin run` against a service on loopback that answers by a script."""

import json
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.events import OUTPUT, degraded_run, failed_run, successful_run
from tests.app.cli.processes import fanjoin as running
from tests.app.cli.scripted_service import ScriptedService
from tests.patience import SECONDS


def fanjoin(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, words, input=stdin)


def test_run_shows_every_branch_and_the_answer(service: ScriptedService) -> None:
    result = fanjoin("run", "topic_brief", "topic=tides", "--url", service.url)

    assert result.exit_code == 0
    assert "summary ok, took 4.2 s" in result.stdout
    assert "1.82x" in result.stdout
    assert "Sea, sun, moon." in result.stdout
    assert "\x1b" not in result.stdout


def test_words_become_the_input_by_the_types_of_the_schema(service: ScriptedService) -> None:
    fanjoin("run", "topic_brief", "topic=007", "count=5", 'more=["a"]', "--url", service.url)

    assert service.inputs == [{"topic": "007", "count": 5, "more": ["a"]}]


def test_input_may_be_one_json_object(service: ScriptedService) -> None:
    fanjoin("run", "topic_brief", '{"topic": "tides"}', "--url", service.url)

    assert service.inputs == [{"topic": "tides"}]


def test_input_may_come_from_stdin(service: ScriptedService) -> None:
    fanjoin("run", "topic_brief", "-", "--url", service.url, stdin='{"topic": "tides"}\n')

    assert service.inputs == [{"topic": "tides"}]


def test_without_input_the_documented_example_is_sent_and_told(service: ScriptedService) -> None:
    result = fanjoin("run", "topic_brief", "--url", service.url)

    assert service.inputs == [{"topic": "tidal power"}]
    assert "own example" in result.stdout
    assert '{"topic": "tidal power"}' in result.stdout


@pytest.mark.parametrize("words", [["solar sails"], ["solar", "sails"]])
def test_plain_text_is_the_one_text_that_the_graph_requires(
    service: ScriptedService, words: list[str]
) -> None:
    fanjoin("run", "topic_brief", *words, "--url", service.url)

    assert service.inputs == [{"topic": "solar sails"}]


def test_plain_text_is_refused_before_anything_is_sent_where_no_text_is_required(
    service: ScriptedService,
) -> None:
    service.schema = {**service.schema, "required": []}

    result = fanjoin("run", "topic_brief", "tides", "--url", service.url)

    assert result.exit_code == 2
    assert "key=value" in result.stderr
    assert service.inputs == []


def test_degraded_run_is_a_success_that_names_the_branch(service: ScriptedService) -> None:
    service.script = degraded_run()

    result = fanjoin("run", "topic_brief", "--url", service.url)

    assert result.exit_code == 0
    assert "key_terms failed after 3 attempts: RateLimitError" in result.stdout


def test_failed_run_exits_with_1_and_names_the_branch(service: ScriptedService) -> None:
    service.script = failed_run()

    result = fanjoin("run", "topic_brief", "--url", service.url)

    assert result.exit_code == 1
    assert "summary: AuthenticationError: the key is refused" in result.stdout


def test_stream_that_breaks_off_exits_with_1_and_says_so(service: ScriptedService) -> None:
    service.script = successful_run()[:5]

    result = fanjoin("run", "topic_brief", "--url", service.url)

    assert result.exit_code == 1
    assert "closed the stream before the run ended" in result.stderr


def test_unknown_graph_names_the_known_ones(service: ScriptedService) -> None:
    result = fanjoin("run", "nope", "--url", service.url)

    assert result.exit_code == 1
    assert "'nope'; available graphs: topic_brief" in result.stderr


def test_graph_id_cannot_lead_to_another_path(service: ScriptedService) -> None:
    result = fanjoin("run", "../graphs/topic_brief", "--url", service.url)

    assert result.exit_code == 1
    assert service.inputs == []


def test_refused_input_names_each_wrong_place(service: ScriptedService) -> None:
    service.refusal = {
        "title": "The request does not fit the graph's schema",
        "status": 422,
        "detail": "input.topic: too short; input.count: not a number",
        "errors": [
            {"place": "input.topic", "message": "too short"},
            {"place": "input.count", "message": "not a number"},
        ],
    }

    result = fanjoin("run", "topic_brief", "topic=x", "--url", service.url)

    assert result.exit_code == 1
    assert "\n  input.topic: too short\n  input.count: not a number\n" in result.stderr


def test_ctrl_c_ends_quietly_and_lets_the_service_know(
    service: ScriptedService, tmp_path: Path
) -> None:
    service.never_ends = True

    with running("run", "topic_brief", "--url", service.url, folder=tmp_path) as process:
        process.wait_for("synthesize started")
        status = process.stop(signal.SIGINT)

    assert status == 130
    assert "Traceback" not in process.output
    assert service.has_lost_its_reader.wait(SECONDS)


def test_no_service_names_the_address_and_the_mend() -> None:
    result = fanjoin("run", "topic_brief", "--url", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert "http://127.0.0.1:9" in result.stderr
    assert "fanjoin serve" in result.stderr
    assert result.stdout == ""


def test_address_and_key_come_from_the_settings(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_PORT", service.url.rpartition(":")[2])
    monkeypatch.setenv("FANJOIN_HOST", "0.0.0.0")
    monkeypatch.setenv("FANJOIN_API_KEYS", "0123456789abcdef,fedcba9876543210")

    assert fanjoin("run", "topic_brief").exit_code == 0
    assert service.keys == ["0123456789abcdef"]


def test_proxy_of_the_environment_does_not_stand_before_loopback(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert fanjoin("run", "topic_brief", "--url", service.url).exit_code == 0


def test_json_prints_the_answer_and_nothing_else(service: ScriptedService) -> None:
    service.answer = {"status": "success", "output": OUTPUT, "report": {}}

    result = fanjoin("run", "topic_brief", "--json", "--url", service.url)

    assert result.exit_code == 0
    assert json.loads(result.stdout) == service.answer


def test_json_prints_a_problem_and_exits_with_1(service: ScriptedService) -> None:
    service.refusal = {"title": "A branch failed", "status": 502, "branch": "summary"}

    result = fanjoin("run", "topic_brief", "--json", "--url", service.url)

    assert result.exit_code == 1
    assert json.loads(result.stdout) == service.refusal


def test_json_of_an_unknown_graph_is_a_problem_too(service: ScriptedService) -> None:
    result = fanjoin("run", "nope", "--json", "--url", service.url)

    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == 404


def test_other_server_at_the_address_is_told_apart(service: ScriptedService) -> None:
    result = fanjoin("run", "topic_brief", "--url", f"{service.url}/elsewhere")

    assert result.exit_code == 1
    assert "not as Fanjoin does" in result.stderr


def test_example_that_is_missing_a_required_field_is_told(service: ScriptedService) -> None:
    service.schema = {"properties": {"text": {"type": "string"}}, "required": ["text"]}

    result = fanjoin("run", "topic_brief", "--url", service.url)

    assert result.exit_code == 2
    assert "no example of text" in result.stderr


@pytest.mark.parametrize("word", ['{"count": NaN}', "count=Infinity", '{"topic": "\\ud800"}'])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_input_that_no_json_holds_is_exit_2_with_its_place(
    word: str, options: list[str], service: ScriptedService
) -> None:
    result = fanjoin("run", "topic_brief", word, *options, "--url", service.url)

    assert result.exit_code == 2
    assert result.stderr.startswith("fanjoin: input.")
    assert service.inputs == []


def test_events_and_schemas_of_another_form_are_no_traceback(service: ScriptedService) -> None:
    for event in (("branch_started", {}), ("branch_finished", {"id": "a", "duration_ms": "long"})):
        service.script = [event]
        assert "not as Fanjoin does" in unforeseen(service)

    for schema in ({"properties": ["topic"]}, {"examples": 3}, {"type": "object", "required": 3}):
        service.schema = schema
        assert "not as Fanjoin does" in unforeseen(service)

    service.schema = {"examples": [{}]}
    service.refusal = {"title": "Odd", "status": 422, "errors": [3], "detail": "all of it"}
    assert "all of it" in unforeseen(service)


def unforeseen(service: ScriptedService) -> str:
    result = fanjoin("run", "topic_brief", "--url", service.url)

    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    return result.stderr


def test_one_at_a_time_runs_it_again_in_turns_and_compares(service: ScriptedService) -> None:
    result = fanjoin("run", "topic_brief", "topic=tides", "--one-at-a-time", "--url", service.url)

    assert result.exit_code == 0
    assert service.inputs == [{"topic": "tides"}] * 2
    assert service.configs == [None, {"max_concurrency": 1}]
    assert "one at a time" in result.stdout
    assert "1.82x computed" in result.stdout


def test_one_at_a_time_as_json_is_the_answer_of_the_run_in_turns(service: ScriptedService) -> None:
    result = fanjoin("run", "topic_brief", "--one-at-a-time", "--json", "--url", service.url)

    assert json.loads(result.stdout) == service.answer
    assert service.configs == [{"max_concurrency": 1}]


def test_a_run_that_failed_is_not_made_again_one_at_a_time(service: ScriptedService) -> None:
    service.script = failed_run()

    result = fanjoin("run", "topic_brief", "--one-at-a-time", "--url", service.url)

    assert result.exit_code == 1
    assert service.configs == [None]
