"""Finished runs are kept within a count and an age; runs at work always."""

from typing import Any

import pytest

from app.errors import RunNotFound
from app.run_store import RunStore
from app.runs import Run
from app.started_runs import RunRequest, StartedRun


def started(owner: str = "") -> StartedRun:
    entry: Any = None
    return StartedRun(entry, RunRequest(None, owner=owner), Run("graph"))


def test_runs_at_work_are_found_whatever_is_kept() -> None:
    store = RunStore(most_finished=0, longest_seconds=60)
    run = started()

    store.add(run)

    assert store.get(run.run.id, owner="") is run


def test_oldest_finished_run_leaves_first() -> None:
    store = RunStore(most_finished=2, longest_seconds=60)
    runs = [started() for _ in range(3)]

    for run in runs:
        store.add(run)
        store.finish(run)

    assert len(store) == 2
    with pytest.raises(RunNotFound):
        store.get(runs[0].run.id, owner="")


def test_finished_run_leaves_when_it_is_too_old() -> None:
    store = RunStore(most_finished=2, longest_seconds=0)
    run = started()

    store.add(run)
    store.finish(run)

    with pytest.raises(RunNotFound, match="FANJOIN_FINISHED_RUN_SECONDS"):
        store.get(run.run.id, owner="")


def test_run_of_somebody_else_is_not_found() -> None:
    store = RunStore(most_finished=2, longest_seconds=60)
    run = started(owner="me")
    store.add(run)

    with pytest.raises(RunNotFound):
        store.get(run.run.id, owner="you")
