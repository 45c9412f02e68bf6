"""What branches write, by round: what the reducers `by_branch` and `by_item` have in common.

Within, the channel remembers which round of which fan-out wrote what: a newer round replaces the
older, the same round merges, and the results stand in the order in which the branches were
declared, or the items were listed. A round of a fan-out from START also ends what other fan-outs
wrote in an earlier run of the thread. Outside it reads as a plain value.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.types import Overwrite
from typing_extensions import TypedDict

ROUND_KEY = "fanjoin_round"
"""The key that tags a branch's write with its `Tag`; part of the wire."""

PLAIN = ""
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


def tag(values: Mapping[str, Any], mark: Tag) -> dict[str, Any]:
    """Mark a branch's write as belonging to its round; an empty one takes the last round's back."""
    return {**values, ROUND_KEY: mark}


def merge_results(parts: Parts, update: Mapping[str, Any]) -> Parts:
    """Add one tagged write."""
    mark: Tag = update[ROUND_KEY]
    values = {key: value for key, value in update.items() if key != ROUND_KEY}
    current = _of_this_run(parts, mark["round"]) if mark["is_first"] else parts
    known = current.get(mark["fan_out"])
    earlier = known["results"] if known is not None and known["round"] == mark["round"] else {}
    part = Part(round=mark["round"], results={**earlier, str(mark["index"]): values})
    return {**current, mark["fan_out"]: part}


def _of_this_run(parts: Parts, round_id: str) -> Parts:
    """Drop what earlier runs left: START is passed once per run, in one round."""
    return {
        owner: part for owner, part in parts.items() if owner == PLAIN or part["round"] == round_id
    }


class Results(BinaryOperatorAggregate[Any]):
    """A channel of tagged parts; a subclass says how they read, and what a person may write."""

    fanjoin: ClassVar[str] = "results_by_round"
    """Says to the service which schema of docs/wire describes the writes of branches."""

    def __init__(self, typ: Any, operator: Callable[[Any, Any], Any] = merge_results) -> None:
        super().__init__(typ, operator)
        self.value = {}

    def update(self, values: Sequence[Any]) -> bool:
        for value in values:
            is_overwrite, update = _read_overwrite(value)
            parts = {} if is_overwrite else self.value
            if isinstance(update, Mapping) and ROUND_KEY in update:
                self._require_tag(update[ROUND_KEY])
                self.value = self.merge(parts, update)
            else:
                self.value = self.write_plain(parts, update)
        return bool(values)

    def _require_tag(self, mark: Any) -> None:
        """Raise TypeError for what stands in a tag's place and is none: it could not be read."""
        if not _is_tag(mark):
            raise TypeError(
                f"{self.key!r} got {str(mark)[:100]!r} as {ROUND_KEY!r}, a key that only branches "
                f"write: leave it out"
            )

    def merge(self, parts: Parts, update: Mapping[str, Any]) -> Parts:
        return merge_results(parts, update)

    def results(self) -> Iterator[Mapping[str, Any]]:
        """Every branch's values, fan-out by fan-out, in order."""
        for part in self.value.values():
            for index in sorted(part["results"], key=int):
                yield part["results"][index]

    @classmethod
    @abstractmethod
    def values_of(cls, key: str, branch: str, value: Any) -> Mapping[str, Any]:
        """Return what a branch's write to `key` adds; raise TypeError when the key refuses it."""

    @abstractmethod
    def write_plain(self, parts: Parts, update: Any) -> Parts:
        """Take a write that carries no tag; raise TypeError when the channel cannot hold it."""


def _is_tag(mark: Any) -> bool:
    match mark:
        case {"fan_out": str(fan_out), "round": str(round_id), "index": int(index), **rest}:
            is_int = not isinstance(index, bool) and index >= 0
            return bool(fan_out and round_id and is_int and isinstance(rest.get("is_first"), bool))
        case _:
            return False


def _read_overwrite(value: Any) -> tuple[bool, Any]:
    """Read the three forms that LangGraph's own reducers take."""
    match value:
        case Overwrite():
            return True, value.value
        case {"__overwrite__": inner} if len(value) == 1:
            return True, inner
        case {"type": "__overwrite__", "value": inner}:
            return True, inner
        case _:
            return False, value
