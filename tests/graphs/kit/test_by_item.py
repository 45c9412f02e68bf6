"""`by_item`: one list in item order, of the latest round, that a person may replace."""

from typing import Any

import pytest
from langgraph.types import Overwrite

from graphs.kit.state.by_item import ROW_KEY, ByItem
from graphs.kit.state.results import Tag, tag


def channel_with(*writes: Any) -> ByItem:
    channel = ByItem(list)
    channel.key = "rows"
    channel.update(writes)
    return channel


def row(value: Any, round_id: str, index: int, *, fan_out: str = "f") -> Any:
    mark = Tag(fan_out=fan_out, round=round_id, index=index, is_first=True)
    return tag({ROW_KEY: value}, mark)


def retracted(round_id: str, index: int) -> Any:
    return tag({}, Tag(fan_out="f", round=round_id, index=index, is_first=True))


def test_rows_stand_in_item_order_without_gaps() -> None:
    assert channel_with(row("k", "1", 10), row("c", "1", 2), row("a", "1", 0)).get() == list("ack")


def test_a_newer_round_replaces_the_older_even_without_a_row() -> None:
    assert channel_with(row("a", "1", 0), row("b", "1", 1), row("c", "2", 0)).get() == ["c"]
    assert channel_with(row("a", "1", 0), retracted("2", 0)).get() == []


def test_any_value_is_a_row() -> None:
    rows: list[Any] = [None, {"a": 1}, ["b"], "c", 0]

    assert channel_with(*(row(value, "1", i) for i, value in enumerate(rows))).get() == rows


@pytest.mark.parametrize("edit", [["x", "y"], Overwrite(["x", "y"]), {"__overwrite__": ["x", "y"]}])
def test_a_list_from_outside_replaces_all_until_the_next_round(edit: Any) -> None:
    channel = channel_with(row("a", "1", 0), edit)
    assert channel.get() == ["x", "y"]

    channel.update([row("b", "2", 0)])
    assert channel.get() == ["b"]


@pytest.mark.parametrize("garbage", ["text", None, {"a": 1}, 7])
def test_anything_but_a_list_is_refused_by_the_keys_name(garbage: Any) -> None:
    with pytest.raises(TypeError, match=r"'rows' has the reducer by_item, which takes a list"):
        channel_with(garbage)


def test_a_checkpoint_brings_back_the_order() -> None:
    channel = channel_with(row("b", "1", 1), row("a", "1", 0))

    again = ByItem(list).from_checkpoint(channel.checkpoint())

    assert again.get() == ["a", "b"]


def test_nothing_written_reads_as_an_empty_list() -> None:
    assert channel_with().get() == []
