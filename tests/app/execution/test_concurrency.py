"""A bounded number of requests wait for their run."""

import pytest

from app.errors import TooManyRuns
from app.execution.concurrency import Admission


def test_runs_beyond_slots_and_waiting_are_refused_until_one_leaves() -> None:
    limit = Admission(running=1, waiting=1)
    limit.admit()
    limit.admit()

    with pytest.raises(TooManyRuns) as refused:
        limit.admit()
    limit.leave()
    limit.admit()

    assert refused.value.headers["Retry-After"] == "2"


def test_caller_that_bounds_its_runs_itself_is_not_refused() -> None:
    limit = Admission(running=1, waiting=0)
    limit.admit()

    limit.admit(is_bounded=True)


def test_retry_after_follows_how_long_runs_take() -> None:
    limit = Admission(running=1, waiting=0)
    for _ in range(50):
        limit.admit()
        limit.leave(100_000.0)
    limit.admit()

    with pytest.raises(TooManyRuns) as refused:
        limit.admit()

    assert refused.value.headers["Retry-After"] == "60"
