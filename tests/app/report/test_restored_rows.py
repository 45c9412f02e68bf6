"""Rows of before a stop of the service stand where they stood."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.runs.request import RunRequest
from app.runs.run import RunStatus
from app.service import open_service
from app.settings import Settings
from tests.app.at_work import begins, holding
from tests.app.execution.test_runner import rows_of
from tests.app.report import left_graphs
from tests.app.service_at_hand import ended, finished_branches, start

pytestmark = pytest.mark.anyio

PLACES = {
    "calls": {"calls": None, "calls/early": "calls", "calls/later": "calls"},
    "stateful": {
        "team": None,
        "team/deep": "team",
        "team/deep/first": "team/deep",
        "team/deep/second": "team/deep",
    },
}


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    registry = tmp_path / "langgraph.json"
    graphs = {name: f"{left_graphs.__file__}:{name}" for name in (*PLACES, "flaky")}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    return settings.model_copy(update={"graphs_file": registry})


@pytest.mark.parametrize("graph_id", PLACES)
async def test_rows_of_before_a_stop_stand_under_the_rows_that_run_again(
    settings: Settings, graph_id: str
) -> None:
    graph_input: Any = graph_id if graph_id == "calls" else {"name": graph_id}
    request = RunRequest(graph_input, is_background=True, thread_id="t")
    with holding(f"{graph_id}:later"):
        async with open_service(settings) as service:
            active = await start(service, graph_id, request)
            await finished_branches(active, count=1)
            await begins(f"{graph_id}:later")

    async with open_service(settings) as service:
        run = await ended(service, active.run.id)

    rows = rows_of(run.report)
    assert (run.status, run.attempt) == (RunStatus.SUCCESS, 2)
    assert {row_id: row["parent"] for row_id, row in rows.items()} == PLACES[graph_id]
    assert len(run.report["branches"]) == len(rows)
    assert [row["status"] for row in rows.values()] == ["ok"] * len(rows)
    last = [row_id for row_id in PLACES[graph_id] if not row_id.endswith("/first")]
    assert run.report["critical_path"] == last


async def test_a_task_that_failed_and_ran_again_after_a_stop_has_both_rows(
    settings: Settings,
) -> None:
    request = RunRequest({"name": "x"}, is_background=True, thread_id="t")
    with holding("flaky:again"):
        async with open_service(settings) as service:
            run_id = (await start(service, "flaky", request)).run.id
            await begins("flaky:again")
    with holding("flaky:after"):
        async with open_service(settings) as service:
            await begins("flaky:after")

    async with open_service(settings) as service:
        run = await ended(service, run_id)

    assert (run.status, run.attempt) == (RunStatus.SUCCESS, 3)
    assert [(row["id"], row["status"]) for row in run.report["branches"]] == [
        ("team", "ok"),
        ("team/two", "failed"),
        ("team/two#2", "ok"),
        ("after", "ok"),
    ]
    assert not run.report["degraded"]
