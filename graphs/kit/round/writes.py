"""What a branch's result becomes: cut to what is its own, and tagged with its round.

A sub-graph returns every key it knows, so its result is cut twice: to the keys it owns, and within
a key kept by branch to the results it has not merely passed through.
"""

from collections.abc import Mapping
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from graphs.kit.policy.branches import Branch
from graphs.kit.policy.nodes import Node
from graphs.kit.round.members import Member
from graphs.kit.round.rounds import FanOut
from graphs.kit.state.outcomes import OUTCOMES_KEY, BranchOutcome, Round
from graphs.kit.state.results import Tag, tag
from graphs.kit.state.schemas import default_of, read


def own_update(
    fan_out: FanOut, branch: Branch, node: Node, given: Any, result: Any
) -> dict[str, Any]:
    """Return the state update a node's result makes; raise TypeError when it makes none."""
    update = _update_of(branch.name, result)
    owned = branch.owned_keys(node)
    if owned is not None:
        update = {key: update[key] for key in owned if key in update}
    check_update(fan_out, branch, update)
    if isinstance(node, CompiledStateGraph):
        update |= {
            key: _without(value, read(given, key) or {})
            for key, value in update.items()
            if fan_out.is_by_branch(key)
        }
    return update


def known_update(fan_out: FanOut, branch: Branch, result: Any) -> dict[str, Any]:
    """Return an update that the branch made in another run; raise TypeError when it is none."""
    update = _update_of(branch.name, result)
    check_update(fan_out, branch, update)
    return update


def check_update(fan_out: FanOut, branch: Branch, update: Mapping[str, Any]) -> None:
    """Raise TypeError when a key cannot hold what a branch writes to it."""
    for key, value in update.items():
        if fan_out.is_by_round(key):
            fan_out.values_of(branch, key, value)
        elif fan_out.width is not None and fan_out.is_plain(key):
            raise TypeError(
                f"branch {branch.name!r} wrote {key!r}, which has no reducer: every item would "
                f"overwrite it, so declare it Annotated[list[…], by_item]"
            )


def state_update(
    fan_out: FanOut,
    branch: Branch,
    member: Member,
    round_id: str,
    update: Mapping[str, Any],
    outcome: BranchOutcome | None,
) -> dict[str, Any]:
    """Return what the branch's node writes: its update, tagged, and its outcome.

    What it wrote in an earlier round and not in this one is taken back, a plain key to its default,
    so that nobody takes it for this round's.
    """
    mark = Tag(fan_out=fan_out.name, round=round_id, index=member.index, is_first=fan_out.is_first)
    writes: dict[str, Any] = {}
    for key in member.wrote:
        is_by_round = fan_out.is_by_round(key)
        writes[key] = tag({}, mark) if is_by_round else default_of(fan_out.state_schema, key)
    wrote: dict[str, list[str]] = {}
    for key, value in update.items():
        if fan_out.is_by_round(key):
            values = fan_out.values_of(branch, key, value)
            wrote[key] = list(values)
            writes[key] = tag(values, mark)
        else:
            if fan_out.is_plain(key):
                wrote[key] = []
            writes[key] = value
    entry = Round(
        round=round_id,
        branches={} if outcome is None else {member.name: outcome},
        wrote={} if member.items is not None and not wrote else {branch.name: wrote},
        items=member.items,
    )
    return {**writes, OUTCOMES_KEY: {fan_out.name: entry}}


def _without(results: Mapping[str, Any], passed: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in results.items() if k not in passed or passed[k] != v}


def _update_of(name: str, result: Any) -> dict[str, Any]:
    if result is None:
        return {}
    if isinstance(result, Mapping):
        return dict(result)
    raise TypeError(
        f"branch {name!r} returned {type(result).__name__}: a branch returns a dict with the part "
        f"of the state it changed, and steers nothing"
    )
