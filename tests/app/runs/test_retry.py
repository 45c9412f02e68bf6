"""What a failed run leaves for its retry, whatever its branches wrote."""

import pytest

from app.runs.request import RunRequest
from app.runs.retry import dump_reusable
from app.runs.run import Run
from app.storage.checkpoints.serde import open_serde
from tests.app.plain_json.hostile import HOSTILE


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_writes_that_cannot_be_stored_never_fail_the_end_of_a_run(number: int) -> None:
    dump_reusable(Run("g", RunRequest()), {"key": HOSTILE[number]}, open_serde())


def test_iterator_in_the_writes_is_not_advanced() -> None:
    lines = (number for number in range(3))

    assert dump_reusable(Run("g", RunRequest()), {"key": lines}, open_serde()) is None
    assert list(lines) == [0, 1, 2]
