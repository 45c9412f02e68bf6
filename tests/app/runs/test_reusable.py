"""What a run leaves for its retry, whatever its branches wrote."""

import pytest

from app.errors import InvalidInput
from app.runs.request import RunRequest
from app.runs.reusable import Reusable, RowPlace, dump_reusable, load_reusable
from app.runs.run import Run
from app.storage.checkpoints.serde import Serde
from tests.app.plain_json.hostile import HOSTILE


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_writes_that_cannot_be_stored_never_fail_the_end_of_a_run(number: int) -> None:
    dump_reusable(Run("g", RunRequest()), Reusable({"key": HOSTILE[number]}), Serde())


def test_iterator_in_the_writes_is_not_advanced() -> None:
    lines = (number for number in range(3))

    assert dump_reusable(Run("g", RunRequest()), Reusable({"key": lines}), Serde()) is None
    assert list(lines) == [0, 1, 2]


def test_what_an_earlier_version_stored_is_all_reused() -> None:
    stored = Reusable.from_stored({"steady@25": {"notes": "n"}})

    assert stored.without(()) == {"steady@25": {"notes": "n"}}
    assert stored.places == ()


def test_what_is_stored_is_read_back_whole() -> None:
    place = RowPlace("inner/later", "later", "inner/later", "ok", "inner:1", 2, ["inner"], "k@1")
    left = Reusable({"k@1": {"notes": "n"}}, [place])
    run = Run("g", RunRequest())
    run.reusable_writes = dump_reusable(run, left, Serde())

    assert load_reusable(run, Serde()) == left


def test_a_branch_that_was_skipped_cannot_be_chosen() -> None:
    places = [
        RowPlace("taken", "taken", "taken", "ok", "", 0, [], "taken@1"),
        RowPlace("left", "left", "left", "skipped", "", 0),
    ]

    with pytest.raises(InvalidInput, match=r"'left' was skipped, .*there is taken$"):
        Reusable({}, places).chosen(["left"])
