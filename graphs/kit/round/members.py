"""One member of a round: a branch, or one item of a branch over items."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphs.kit.policy.branches import Branch
from graphs.kit.policy.items import item_name, item_of
from graphs.kit.round.rounds import FanOut
from graphs.kit.state.outcomes import OUTCOMES_KEY, Round
from graphs.kit.state.schemas import read, replace, without_outcomes


@dataclass(frozen=True)
class Member:
    """Who is at work: its name among the outcomes, its place, what it is given."""

    name: str
    index: int
    given: Any
    wrote: Mapping[str, list[str]]
    """The keys it wrote in an earlier round: to be taken back when it writes none."""

    items: int | None = None
    """How many items its round has."""


def member_of(fan_out: FanOut, branch: Branch, state: Any) -> Member:
    """Return who runs in a task that was given this state."""
    if fan_out.width is None:
        wrote = wrote_before(fan_out.name, branch.name, state)
        given = _given(fan_out, branch, state, wrote)
        return Member(branch.name, fan_out.index(branch.name), given, wrote)
    item = item_of(state)
    name = item_name(branch.name, item["index"]) if item["of"] else branch.name
    wrote = {key: [] for key in item["wrote"]}
    return Member(name, item["index"], item["payload"], wrote, item["of"])


def wrote_before(fan_out: str, branch: str, state: Any) -> Mapping[str, list[str]]:
    """Return the keys a branch wrote when it last settled."""
    entry: Round | None = (read(state, OUTCOMES_KEY) or {}).get(fan_out)
    return {} if entry is None else entry["wrote"].get(branch, {})


def _given(fan_out: FanOut, branch: Branch, state: Any, wrote: Mapping[str, list[str]]) -> Any:
    """Return the state a branch's node sees: without the kit's own channel.

    A sub-graph is not given its own earlier results: passed through, they would look like new ones.
    """
    given = without_outcomes(state)
    if not branch.has_sub_graph:
        return given
    for key, entries in wrote.items():
        known = read(given, key)
        if fan_out.is_by_branch(key) and known:
            left = {name: value for name, value in known.items() if name not in entries}
            given = replace(given, key, left)
    return given
