"""The garbage collector rests while something is loaded, and only then."""

import gc

import pytest

from app.garbage import uncollected


def test_collector_rests_within_the_block_and_works_after_it() -> None:
    with uncollected():
        rests = not gc.isenabled()

    assert rests
    assert gc.isenabled()


def test_collector_works_again_after_a_failure() -> None:
    with pytest.raises(ImportError), uncollected():
        raise ImportError("there is no such module")

    assert gc.isenabled()
