"""What a branch's result becomes: cut to what is its own, and tagged with its round.

A sub-graph returns every key it knows, so its result is cut twice: to the keys it owns, and within
a key kept by branch to the results it has not merely passed through.
"""

from collections.abc import Mapping
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from graphs.kit.branches import Branch
from graphs.kit.nodes import Node
from graphs.kit.outcomes import OUTCOMES_KEY, BranchOutcome, Round
from graphs.kit.results import tag
from graphs.kit.rounds import FanOut
from graphs.kit.schemas import default_of, read, replace, without_outcomes


def given_state(fan_out: FanOut, branch: Branch, state: Any) -> Any:
    """Return the state a branch's node sees: without the kit's own channel.

    A sub-graph is not given its own earlier results: passed through, they would look like new ones.
    """
    given = without_outcomes(state)
    if not any(isinstance(node, CompiledStateGraph) for node in (branch.node, branch.fallback)):
        return given
    for key, entries in _wrote_before(fan_out, branch, state).items():
        known = read(given, key)
        if fan_out.is_by_branch(key) and known:
            left = {name: value for name, value in known.items() if name not in entries}
            given = replace(given, key, left)
    return given


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


def check_update(fan_out: FanOut, branch: Branch, update: Mapping[str, Any]) -> None:
    """Raise TypeError when a key kept by branch is given something else than a dict."""
    for key, value in update.items():
        if fan_out.is_by_branch(key) and not isinstance(value, Mapping):
            raise TypeError(
                f"branch {branch.name!r} wrote {type(value).__name__} to {key!r}, which is kept by "
                f"branch: return {{{key!r}: {{{branch.name!r}: …}}}}"
            )


def state_update(
    fan_out: FanOut,
    branch: Branch,
    state: Any,
    round_id: str,
    update: Mapping[str, Any],
    outcome: BranchOutcome,
) -> dict[str, Any]:
    """Return what the branch's node writes: its update, tagged, and its outcome.

    The plain keys it wrote in an earlier round and not in this one go back to their default, so
    that nobody takes them for this round's.
    """
    name, index = branch.name, fan_out.index(branch.name)
    writes: dict[str, Any] = {
        key: default_of(fan_out.state_schema, key)
        for key in _wrote_before(fan_out, branch, state)
        if fan_out.is_plain(key)
    }
    wrote: dict[str, list[str]] = {}
    for key, value in update.items():
        if fan_out.is_by_branch(key):
            wrote[key] = list(value)
            writes[key] = tag(value, fan_out.name, round_id, index, is_first=fan_out.is_first)
        else:
            if fan_out.is_plain(key):
                wrote[key] = []
            writes[key] = value
    entry = Round(round=round_id, branches={name: outcome}, wrote={name: wrote})
    return {**writes, OUTCOMES_KEY: {fan_out.name: entry}}


def _without(results: Mapping[str, Any], passed: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in results.items() if k not in passed or passed[k] != v}


def _wrote_before(fan_out: FanOut, branch: Branch, state: Any) -> Mapping[str, list[str]]:
    entry: Round | None = (read(state, OUTCOMES_KEY) or {}).get(fan_out.name)
    return {} if entry is None else entry["wrote"].get(branch.name, {})


def _update_of(name: str, result: Any) -> dict[str, Any]:
    if result is None:
        return {}
    if isinstance(result, Mapping):
        return dict(result)
    raise TypeError(
        f"branch {name!r} returned {type(result).__name__}: a branch returns a dict with the part "
        f"of the state it changed, and steers nothing"
    )
