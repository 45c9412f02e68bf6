"""`by_branch`: newer rounds replace, the same round merges, order is the declaration's."""

from typing import Any

import pytest
from langgraph.types import Overwrite

from graphs.kit.state.by_branch import ByBranch
from graphs.kit.state.results import Tag, tag


def channel_with(*writes: Any) -> ByBranch:
    channel = ByBranch(dict)
    channel.key = "notes"
    channel.update(writes)
    return channel


def write(round_id: str, index: int, *, fan_out: str = "f", is_first: bool = True) -> Any:
    mark = Tag(fan_out=fan_out, round=round_id, index=index, is_first=is_first)
    return tag({f"{fan_out}{index}": round_id}, mark)


def test_a_round_stands_in_declaration_order_whatever_came_first() -> None:
    channel = channel_with(write("1", 10), write("1", 2), write("1", 0))

    assert list(channel.get()) == ["f0", "f2", "f10"]


def test_a_newer_round_replaces_the_older() -> None:
    channel = channel_with(write("1", 0), write("1", 1), write("2", 1))

    assert channel.get() == {"f1": "2"}


def test_a_branch_settled_twice_in_a_round_is_kept_once() -> None:
    assert channel_with(write("1", 0), write("1", 0)).get() == {"f0": "1"}


def test_fan_outs_do_not_replace_each_other_within_a_run() -> None:
    side_by_side = channel_with(write("1", 0), write("1", 0, fan_out="g"))
    in_sequence = channel_with(write("1", 0), write("2", 0, fan_out="g", is_first=False))

    assert side_by_side.get() == {"f0": "1", "g0": "1"}
    assert in_sequence.get() == {"f0": "1", "g0": "2"}


def test_a_new_run_ends_what_later_fan_outs_wrote_in_the_last() -> None:
    channel = channel_with(
        {"note": "by hand"},
        write("1", 0),
        write("2", 0, fan_out="g", is_first=False),
        write("3", 0),
    )

    assert channel.get() == {"note": "by hand", "f0": "3"}


def test_a_plain_write_edits_a_result_in_place() -> None:
    channel = channel_with(write("1", 0), {"f0": "mended"}, write("1", 1))

    assert channel.get() == {"f0": "mended", "f1": "1"}


def test_what_a_person_added_stays_over_rounds() -> None:
    channel = channel_with({"note": "by hand"}, write("1", 0), write("2", 0))

    assert channel.get() == {"note": "by hand", "f0": "2"}


@pytest.mark.parametrize(
    "overwrite",
    [
        Overwrite({"c": "new"}),
        {"__overwrite__": {"c": "new"}},
        {"type": "__overwrite__", "value": {"c": "new"}},
    ],
)
def test_an_overwrite_leaves_nothing_of_before(overwrite: Any) -> None:
    assert channel_with(write("1", 0), overwrite).get() == {"c": "new"}


@pytest.mark.parametrize("garbage", ["text", None, [1], Overwrite(None)])
def test_anything_but_a_dict_is_refused_by_the_keys_name(garbage: Any) -> None:
    with pytest.raises(TypeError, match=r"'notes' has the reducer by_branch, which takes a dict"):
        channel_with(garbage)


TAG: dict[str, Any] = {"fan_out": "f", "round": "1", "index": 0, "is_first": True}


@pytest.mark.parametrize(
    "garbage",
    [
        *("no tag", None, {}),
        *({k: v for k, v in TAG.items() if k != left_out} for left_out in TAG),
        *({**TAG, "fan_out": ""}, {**TAG, "round": 1}, {**TAG, "is_first": 1}),
        *({**TAG, "index": index} for index in (-1, True, "0", 1.5)),
    ],
)
def test_tag_that_is_none_is_refused_by_the_keys_name_and_nothing_is_stored(garbage: Any) -> None:
    channel = channel_with(write("1", 0))
    forged = {"a": 1, "fanjoin_round": garbage}

    for update in (forged, Overwrite(forged), {"__overwrite__": forged}):
        with pytest.raises(TypeError, match=r"'notes'.*leave it out"):
            channel.update([update])

    assert channel.get() == {"f0": "1"}


def test_a_checkpoint_brings_back_rounds_and_order() -> None:
    channel = channel_with(write("1", 1), write("1", 0))

    again = ByBranch(dict).from_checkpoint(channel.checkpoint())

    assert list(again.get()) == ["f0", "f1"]
    again.update([write("2", 0)])
    assert again.get() == {"f0": "2"}
    assert list(channel.get()) == ["f0", "f1"]


def test_nothing_written_reads_as_an_empty_dict() -> None:
    channel = channel_with()

    assert channel.get() == {}
    assert channel.is_available()
    assert not channel.update([])
