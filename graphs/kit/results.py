"""`by_branch`: the reducer for what branches write, one dict keyed by branch.

`Annotated[dict[str, T], by_branch]` reads as a plain dict in every node and in the output. Within,
the channel remembers which round of which fan-out wrote what: a newer round replaces the older, the
same round merges, and the results stand in the order in which the branches were declared. A round
of a fan-out from START also ends what other fan-outs wrote in an earlier run of the thread.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.types import Overwrite
from typing_extensions import TypedDict

ROUND_KEY = "fanjoin_round"
"""The key that tags a branch's write with its `Tag`; part of the wire."""

_OVERWRITE_KEY = "__overwrite__"
"""An `Overwrite` as it comes in JSON, from Studio or the Agent Server's API."""

_PLAIN = ""
"""The owner of what is written outside a fan-out."""


class Tag(TypedDict):
    """Which branch of which round wrote; `is_first` when its fan-out leads from START."""

    fan_out: str
    round: str
    index: int
    is_first: bool


class Part(TypedDict):
    """What one fan-out's latest round has written, by the branch's place among its siblings."""

    round: str
    results: dict[str, dict[str, Any]]


Parts = dict[str, Part]


def tag(
    values: Mapping[str, Any], fan_out: str, round_id: str, index: int, *, is_first: bool
) -> dict[str, Any]:
    """Mark a branch's write as belonging to this round."""
    mark = Tag(fan_out=fan_out, round=round_id, index=index, is_first=is_first)
    return {**values, ROUND_KEY: mark}


def merge_results(parts: Parts, update: Mapping[str, Any]) -> Parts:
    """Add one write; a write without a tag edits in place, or adds to what no branch wrote."""
    if ROUND_KEY not in update:
        return _write_plain(parts, update)
    mark: Tag = update[ROUND_KEY]
    values = {key: value for key, value in update.items() if key != ROUND_KEY}
    kept = _of_this_run(parts, mark["round"]) if mark["is_first"] else parts
    known = kept.get(mark["fan_out"])
    earlier = known["results"] if known is not None and known["round"] == mark["round"] else {}
    part = Part(round=mark["round"], results={**earlier, str(mark["index"]): values})
    return {**kept, mark["fan_out"]: part}


def _of_this_run(parts: Parts, round_id: str) -> Parts:
    """Drop what earlier runs left: START is passed once per run, in one round."""
    return {
        owner: part for owner, part in parts.items() if owner == _PLAIN or part["round"] == round_id
    }


def _write_plain(parts: Parts, update: Mapping[str, Any]) -> Parts:
    merged: Parts = {_PLAIN: Part(round="", results={"0": {}})}
    rest = dict(update)
    for owner, part in parts.items():
        results = {
            index: {key: rest.pop(key, value) for key, value in values.items()}
            for index, values in part["results"].items()
        }
        merged[owner] = Part(round=part["round"], results=results)
    merged[_PLAIN]["results"]["0"].update(rest)
    return merged


class ByBranch(BinaryOperatorAggregate[Any]):
    """The channel behind `by_branch`: tagged parts inside, one plain dict outside."""

    def __init__(self, typ: Any, operator: Callable[[Any, Any], Any] = merge_results) -> None:
        super().__init__(typ, operator)
        self.value = {}

    def update(self, values: Sequence[Any]) -> bool:
        for value in values:
            is_overwrite, update = _read_overwrite(value)
            if not isinstance(update, Mapping):
                raise TypeError(
                    f"{self.key!r} is kept by branch and takes a dict, not "
                    f"{type(update).__name__}: return {{{self.key!r}: {{<branch name>: …}}}}"
                )
            self.value = merge_results({} if is_overwrite else self.value, update)
        return bool(values)

    def get(self) -> dict[str, Any]:
        return {
            key: value
            for part in self.value.values()
            for index in sorted(part["results"], key=int)
            for key, value in part["results"][index].items()
        }


def _read_overwrite(value: Any) -> tuple[bool, Any]:
    if isinstance(value, Overwrite):
        return True, value.value
    if isinstance(value, Mapping) and value.keys() == {_OVERWRITE_KEY}:
        return True, value[_OVERWRITE_KEY]
    return False, value


by_branch = ByBranch
