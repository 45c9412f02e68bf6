"""`fanjoin runs` reads and asks what is kept, whoever's it is, with or without a service."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from app.runs.run import RunStatus
from tests.app.cli.stored_runs import is_cancel_requested, store_run


def runs(*words: str) -> Result:
    return CliRunner().invoke(cli, ["runs", *words])


def listed(*words: str) -> list[dict[str, Any]]:
    listing: list[dict[str, Any]] = json.loads(runs("list", "--json", *words).stdout)
    return listing


def test_runs_of_every_owner_are_listed_newest_first() -> None:
    first, second = store_run(owner="me"), store_run(owner="you")

    assert [run["run_id"] for run in listed()] == [second, first]
    assert [run["run_id"] for run in listed("--limit", "1")] == [second]
    table = runs("list").stdout
    assert table.index(second) < table.index(first)


def test_list_fits_80_columns_with_nothing_cut_or_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = store_run("a_graph_with_a_long_name", thread_id="customer-4711")
    monkeypatch.setenv("COLUMNS", "80")

    narrow = runs("list").stdout.splitlines()
    monkeypatch.setenv("COLUMNS", "160")
    wide = runs("list").stdout.splitlines()

    assert max(map(len, narrow)) <= 80
    assert narrow[1].split()[:2] == [run_id, "success"]
    assert narrow[2].strip() == "a_graph_with_a_long_name, thread customer-4711"
    assert wide[1].split()[:4] == [run_id, "success", "a_graph_with_a_long_name", "customer-4711"]
    assert (len(narrow), len(wide)) == (3, 2)


@pytest.mark.parametrize(
    "words",
    [
        ("--status", "error"),
        ("--graph", "moon"),
        ("--thread", "t"),
        ("--metadata", "customer=c1"),
        ("--metadata", "number=7"),
        ("--metadata", "customer=c1", "--metadata", "number=7", "--status", "error"),
    ],
)
def test_list_finds_by_status_graph_thread_and_labels(words: tuple[str, ...]) -> None:
    store_run(metadata={"customer": "c2", "number": "7"})
    wanted = store_run(
        "moon",
        status=RunStatus.ERROR,
        thread_id="t",
        metadata={"customer": "c1", "number": 7},
    )

    assert [run["run_id"] for run in listed(*words)] == [wanted]


def test_nothing_found_is_said() -> None:
    store_run()

    result = runs("list", "--graph", "nonesuch")

    assert (result.exit_code, result.stdout) == (0, "no such runs\n")


def test_show_tells_what_came_of_a_run() -> None:
    run_id = store_run(status=RunStatus.ERROR, metadata={"customer": "c1"})

    shown = runs("show", run_id).stdout
    read = json.loads(runs("show", run_id, "--json").stdout)

    for words in (run_id, "error", "tides", "customer=c1", "moon", "no tide today", "1.2 s"):
        assert words in shown
    assert read["error"]["branch"] == "moon"
    assert read["report"]["wall_ms"] == 1200
    assert read["request"] == {"input": {"topic": "tides"}}


def test_cancel_asks_a_run_that_is_not_over_to_end() -> None:
    run_id = store_run(status=RunStatus.PENDING)

    result = runs("cancel", run_id)

    assert result.exit_code == 0
    assert is_cancel_requested(run_id)


def test_run_that_is_over_is_not_cancelled() -> None:
    run_id = store_run()

    result = runs("cancel", run_id)

    assert result.exit_code == 1
    assert "is over already: success" in result.stderr


@pytest.mark.parametrize("command", ["show", "cancel"])
def test_unknown_run_is_named(command: str) -> None:
    store_run()

    result = runs(command, "nonesuch")

    assert result.exit_code == 1
    assert "there is no run 'nonesuch'" in result.stderr


def test_label_without_a_value_exits_2() -> None:
    store_run()

    assert runs("list", "--metadata", "customer").exit_code == 2


def test_folder_where_nothing_is_kept_is_told_and_stays_empty() -> None:
    result = runs("list")

    assert result.exit_code == 1
    assert "fanjoin migrate" in result.stderr
    assert "Traceback" not in result.stderr
