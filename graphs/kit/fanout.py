"""Fan out to branches that run side by side, and join them."""

from collections.abc import Sequence
from typing import Any, TypeAlias, overload

from langgraph.graph import END, START, StateGraph
from langgraph.types import RetryPolicy

from graphs.kit.checks import check_fan_out, check_keys
from graphs.kit.errors import KitError
from graphs.kit.policy.attempts import is_worth_retrying
from graphs.kit.policy.branches import Branch
from graphs.kit.policy.choices import Choice, Choose, schema_for_choosing
from graphs.kit.policy.conditions import ALL, Condition
from graphs.kit.policy.items import ItemsOf, Label, Width
from graphs.kit.policy.nodes import Node, input_schema_of, name_of
from graphs.kit.round.branch_node import branch_node
from graphs.kit.round.join_node import join_node
from graphs.kit.round.rounds import FanOut
from graphs.kit.round.verdicts import JoinRefused
from graphs.kit.routers import items_router
from graphs.kit.state.schemas import with_outcomes

Builder: TypeAlias = StateGraph[Any, Any, Any, Any]


@overload
def add_fan_out(
    builder: Builder,
    branches: Sequence[Branch],
    *,
    join: Node,
    join_attempts: int = 1,
    until: Condition = ALL,
    fail_fast: bool = False,
    choose: Choose | None = None,
    min_items: int = 0,
    source: str = START,
    target: str | None = END,
) -> None: ...


@overload
def add_fan_out(
    builder: Builder,
    branches: Branch,
    *,
    over: ItemsOf,
    label: Label | None = None,
    join: Node,
    join_attempts: int = 1,
    until: Condition = ALL,
    fail_fast: bool = False,
    max_at_once: int = 8,
    min_items: int = 0,
    max_items: int = 1000,
    source: str = START,
    target: str | None = END,
) -> None: ...


def add_fan_out(
    builder: Builder,
    branches: Sequence[Branch] | Branch,
    *,
    join: Node,
    join_attempts: int = 1,
    over: ItemsOf | None = None,
    label: Label | None = None,
    until: Condition = ALL,
    fail_fast: bool = False,
    choose: Choose | None = None,
    max_at_once: int = 8,
    min_items: int = 0,
    max_items: int = 1000,
    source: str = START,
    target: str | None = END,
) -> None:
    """Add the branches and their join as nodes: `source` → every branch → `join` → `target`.

    The join runs exactly once per round (again only after an error of its own that may pass,
    `join_attempts` in all), when `until` holds, with this round's results in
    declaration order; when a required branch has none, the join's node raises
    `RequiredBranchFailed` instead, and `QuorumNotMet` for too few results. With `fail_fast`, a
    required branch's final failure cancels its siblings at once. `target=None` leaves the way on to
    the author (a loop, a router).

    `choose(state)` names the branches that a round runs, the others are skipped. `over(state)`
    lists the inputs of one branch's node, which then runs once per item, `max_at_once` at a time;
    fewer than `min_items` or more than `max_items` raise `WidthOutOfBounds` and start nothing.
    `label(item)` names an item in the report.

    Raises:
        KitError: no branch, two of one name, or something that cannot work as declared.
    """
    if join_attempts < 1:
        raise KitError(f"join_attempts={join_attempts} must be at least 1")
    if over is None and label is not None:
        raise KitError("label= names the items of over=: say over=, too")
    width = None if over is None else Width(over, max_at_once, min_items, max_items, label)
    fan_out = FanOut(
        name_of(join),
        (branches,) if isinstance(branches, Branch) else tuple(branches),
        builder.channels,
        builder.state_schema,
        is_first=source == START,
        until=until,
        fail_fast=fail_fast,
        choice=None if choose is None else Choice(choose, min_items),
        width=width,
    )
    check_fan_out(fan_out, is_one=isinstance(branches, Branch), min_items=min_items)
    for branch in fan_out.branches:
        _add_branch(builder, fan_out, branch)
        builder.add_edge(branch.name, fan_out.name)
        if width is None:
            builder.add_edge(source, branch.name)
        else:
            route = items_router(fan_out, width)
            builder.add_conditional_edges(source, route, [branch.name])
    check_keys(fan_out)
    _add_join(builder, fan_out, join, join_attempts)
    if target is not None:
        builder.add_edge(fan_out.name, target)


def _add_branch(builder: Builder, fan_out: FanOut, branch: Branch) -> None:
    policy = {
        "kind": "branch",
        "fan_out": fan_out.name,
        "required": fan_out.requires(branch),
        "items": None if fan_out.width is None else fan_out.width.describe(),
        **branch.describe(),
    }
    schema = input_schema_of(branch.node, builder.state_schema)
    if fan_out.choice is not None:
        schema = schema_for_choosing(fan_out.choice.choose, schema, builder.state_schema)
    _add_node(builder, branch.name, schema, branch_node(fan_out, branch), policy)


def _add_join(builder: Builder, fan_out: FanOut, join: Node, attempts: int) -> None:
    policy = {
        "kind": "join",
        "fan_out": fan_out.name,
        "branches": fan_out.names,
        "until": fan_out.until.describe(),
        "fail_fast": fan_out.fail_fast,
        "attempts": attempts,
    }
    # LangGraph's own retry will do: no sibling waits for a join, and no gate ends it.
    retry = RetryPolicy(max_attempts=attempts, retry_on=_may_join_again) if attempts > 1 else None
    schema = input_schema_of(join, builder.state_schema)
    _add_node(builder, fan_out.name, schema, join_node(fan_out, join), policy, retry)


def _may_join_again(error: Exception) -> bool:
    return not isinstance(error, JoinRefused) and is_worth_retrying(error)


def _add_node(
    builder: Builder,
    name: str,
    schema: type[Any],
    wrapped: Any,
    policy: dict[str, Any],
    retry: RetryPolicy | None = None,
) -> None:
    """Add the wrapped node where LangGraph would have put the author's, with its policy to read."""
    seen = with_outcomes(schema)  # type: ignore[arg-type]  # mypy holds no class for hashable
    metadata = {"fanjoin": policy}
    builder.add_node(name, wrapped, input_schema=seen, metadata=metadata, retry_policy=retry)
