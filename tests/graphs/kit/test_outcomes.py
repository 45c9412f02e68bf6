"""Outcomes: one per branch of the latest round, as plain JSON."""

import pytest

from graphs.kit import Branch, outcomes
from graphs.kit.state.outcomes import (
    BranchOutcome,
    Round,
    Status,
    describe,
    has_result,
    merge_rounds,
)
from tests.graphs.kit.small_graphs import State, fan_out_of, join


def outcome(status: Status = "ok") -> BranchOutcome:
    return BranchOutcome(status=status, required=True, attempts=1, error=None)


def round_with(round_id: str, *branches: str) -> dict[str, Round]:
    return {
        "join": Round(
            round=round_id,
            branches={name: outcome() for name in branches},
            wrote={name: {"summary": []} for name in branches},
            items=None,
        )
    }


def test_the_same_round_is_added_to() -> None:
    merged = merge_rounds(round_with("1", "a"), round_with("1", "b"))

    assert list(merged["join"]["branches"]) == ["a", "b"]


def test_a_newer_round_replaces_the_older_but_knows_what_was_written() -> None:
    merged = merge_rounds(round_with("1", "a", "b"), round_with("2", "b"))

    assert list(merged["join"]["branches"]) == ["b"]
    assert list(merged["join"]["wrote"]) == ["a", "b"]


def test_merging_changes_neither_side() -> None:
    current, update = round_with("1", "a"), round_with("1", "b")

    merge_rounds(current, update)

    assert current == round_with("1", "a")
    assert update == round_with("1", "b")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("ok", True), ("degraded", True), ("cached", True), ("failed", False), ("timeout", False)],
)
def test_a_fallback_counts_as_a_result_and_a_failure_does_not(
    status: Status, expected: bool
) -> None:
    assert has_result(outcome(status)) is expected


def test_outside_a_join_there_are_no_outcomes() -> None:
    assert outcomes({}) == {}
    assert outcomes(object()) == {}


@pytest.mark.anyio
async def test_a_branch_sees_no_outcomes() -> None:
    saw: list[object] = []

    async def look(state: State) -> None:
        saw.append(outcomes(state))

    await fan_out_of(Branch(look, name="look"), join=join).ainvoke({})

    assert saw == [{}]


def test_an_error_is_described_within_bounds() -> None:
    assert describe(KeyError("x")) == {"type": "KeyError", "message": "'x'"}
    assert len(describe(ValueError("x" * 9_999))["message"]) == 500


def test_error_whose_text_cannot_be_read_is_described_all_the_same() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise KeyError("text")

    described = describe(Mute(), Mute())

    assert described["type"] == "Mute"
    assert "its text cannot be read: KeyError" in described["message"]
