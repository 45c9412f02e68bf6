"""Fan out to branches that run side by side, and join them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph

from graphs.kit.branch_node import branch_node
from graphs.kit.branches import Branch
from graphs.kit.conditions import ALL, All
from graphs.kit.errors import KitError
from graphs.kit.join_node import join_node
from graphs.kit.nodes import Node, input_schema_of, name_of
from graphs.kit.rounds import FanOut
from graphs.kit.schemas import with_outcomes
from graphs.kit.writes import check_update


def add_fan_out(
    builder: StateGraph[Any, Any, Any, Any],
    branches: Sequence[Branch],
    *,
    join: Node,
    until: All = ALL,
    fail_fast: bool = False,
    source: str = START,
    target: str | None = END,
) -> None:
    """Add the branches and their join as nodes: `source` → every branch → `join` → `target`.

    The join runs exactly once per round, after every branch has settled, with this round's results
    in declaration order; when a required branch has none, the join's node raises
    `RequiredBranchFailed` instead. With `fail_fast`, a required branch's final failure cancels its
    siblings at once. `target=None` leaves the way on to the author (a loop, a router).

    Raises:
        KitError: no branch, two of one name, or a branch that cannot work as declared.
    """
    name = name_of(join)
    names = [branch.name for branch in branches]
    _check_names(name, names)
    fan_out = FanOut(
        name,
        tuple(branches),
        builder.channels,
        builder.state_schema,
        is_first=source == START,
        fail_fast=fail_fast,
    )
    for branch in branches:
        policy = {"kind": "branch", "fan_out": name, **branch.describe()}
        _add_node(builder, branch.name, branch.node, branch_node(fan_out, branch), policy)
        builder.add_edge(source, branch.name)
        builder.add_edge(branch.name, name)
    _check_keys(fan_out)
    policy = {
        "kind": "join",
        "fan_out": name,
        "branches": names,
        "until": until.kind,
        "fail_fast": fail_fast,
    }
    _add_node(builder, name, join, join_node(fan_out, join), policy)
    if target is not None:
        builder.add_edge(name, target)


def _check_names(join: str, names: Sequence[str]) -> None:
    if not names:
        raise KitError(f"the fan-out to {join!r} has no branches")
    if doubled := _doubled([*names, join]):
        raise KitError(
            f"the fan-out to {join!r} names {doubled} more than once: say Branch(…, name=…)"
        )


def _check_keys(fan_out: FanOut) -> None:
    """Refuse keys the state lacks, and a key without reducer that two branches own."""
    for branch in fan_out.branches:
        fallback = branch.fallback if isinstance(branch.fallback, Mapping) else {}
        if unknown := sorted({*(branch.writes or ()), *fallback} - fan_out.channels.keys()):
            raise KitError(f"branch {branch.name!r} writes {unknown}, which the state lacks")
        try:
            check_update(fan_out, branch, fallback)
        except TypeError as error:
            raise KitError(f"{error} as its fallback") from error
    owned = {branch.name: branch.owned_keys(branch.node) or () for branch in fan_out.branches}
    for key in _doubled([key for keys in owned.values() for key in keys]):
        if fan_out.is_plain(key):
            owners = [name for name, keys in owned.items() if key in keys]
            raise KitError(
                f"branches {owners} all write {key!r}, which has no reducer: cut them apart with "
                f"Branch(…, writes=[…]), or declare it Annotated[…, by_branch]"
            )


def _doubled(words: Sequence[str]) -> list[str]:
    return sorted(word for word, times in Counter(words).items() if times > 1)


def _add_node(
    builder: StateGraph[Any, Any, Any, Any],
    name: str,
    node: Node,
    wrapped: Any,
    policy: dict[str, Any],
) -> None:
    """Add the wrapped node where LangGraph would have put the author's, with its policy to read."""
    schema = with_outcomes(input_schema_of(node, builder.state_schema))  # type: ignore[arg-type]  # mypy holds no class for hashable
    builder.add_node(name, wrapped, input_schema=schema, metadata={"fanjoin": policy})
