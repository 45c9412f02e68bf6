"""`fanjoin crons` against the real service on loopback."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.live_server import LiveServer

YEARLY = "30 6 1 1 *"


def fanjoin(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, words, input=stdin, env={"COLUMNS": "80"})


def crons(server: LiveServer, *words: str, stdin: str | None = None) -> Result:
    return fanjoin("crons", *words, "--url", server.url, stdin=stdin)


def add(server: LiveServer, *words: str) -> dict[str, Any]:
    result = crons(server, "add", *words, "--json")
    assert result.exit_code == 0, result.stderr
    added: dict[str, Any] = json.loads(result.stdout)
    return added


def test_cron_is_added_listed_shown_paused_resumed_and_removed(live_server: LiveServer) -> None:
    cron_id = add(live_server, "scripted", YEARLY, "name=007", "--metadata", "n=1")["cron_id"]

    listed = crons(live_server, "list")
    shown = crons(live_server, "show", cron_id)
    paused = crons(live_server, "pause", cron_id)
    while_paused = crons(live_server, "list", "--graph", "scripted")
    resumed = crons(live_server, "resume", cron_id)
    removed = crons(live_server, "remove", cron_id)
    empty = crons(live_server, "list")

    assert f"{cron_id}  " in listed.stdout
    assert "-01-01 06:30  30 6 1 1 *" in listed.stdout
    assert "scripted, UTC" in listed.stdout
    assert shown.stdout.count("-01-01 06:30 (") == 5
    assert '"name": "007"' in shown.stdout
    assert "n=1" in shown.stdout
    assert "runs nothing until it is resumed" in paused.stdout
    assert "  paused" in while_paused.stdout
    assert "-01-01 06:30" in resumed.stdout
    assert "its runs stay" in removed.stdout
    assert empty.stdout == "no such crons\n"


def test_options_and_input_from_stdin_are_those_of_the_cron(live_server: LiveServer) -> None:
    options = ["--timezone", "Europe/Berlin", "--missed", "skip", "--thread", "t", "--paused"]

    result = crons(
        live_server, "add", "tally", "@daily", "-", *options, "--json", stdin='{"count": 3}'
    )

    added = json.loads(result.stdout)
    assert added["request"]["input"] == {"count": 3}
    assert (added["timezone"], added["missed"]) == ("Europe/Berlin", "skip")
    assert (added["thread_id"], added["paused"]) == ("t", True)
    assert json.loads(crons(live_server, "list", "--json").stdout)[0]["cron_id"] == added["cron_id"]


def test_service_refuses_a_cron_and_the_command_says_why(live_server: LiveServer) -> None:
    never = crons(live_server, "add", "tally", "0 0 30 2 *")
    unknown_graph = crons(live_server, "add", "nope", "@daily")
    unknown = crons(live_server, "show", "nope")
    not_removed = crons(live_server, "remove", "nope")

    results = [never, unknown_graph, unknown, not_removed]
    assert [result.exit_code for result in results] == [1] * 4
    assert "schedule: it would never fire" in never.stderr
    assert "there is no graph 'nope'" in unknown_graph.stderr
    assert "there is no cron 'nope'" in unknown.stderr
    assert "there is no cron 'nope'" in not_removed.stderr


def test_wrong_words_send_nothing(live_server: LiveServer) -> None:
    label = crons(live_server, "add", "tally", "@daily", "--metadata", "n")
    policy = crons(live_server, "add", "tally", "@daily", "--missed", "all")

    assert (label.exit_code, policy.exit_code) == (2, 2)
    assert crons(live_server, "list").stdout == "no such crons\n"


def test_without_a_service_the_command_says_how_to_start_one() -> None:
    result = fanjoin("crons", "list", "--url", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert "fanjoin serve" in result.stderr


@pytest.mark.parametrize("command", ["list", "add", "show", "pause", "resume", "remove"])
def test_help_fits_80_columns(command: str) -> None:
    result = fanjoin("crons", command, "--help")

    assert max(map(len, result.stdout.splitlines())) <= 80
