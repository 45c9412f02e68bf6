"""The conditional edge of a fan-out over items: it sends one task per item."""

from collections.abc import Callable
from typing import Any

from langgraph.types import Send

from graphs.kit.policy.items import Width
from graphs.kit.policy.nodes import input_schema_of
from graphs.kit.round.members import wrote_before
from graphs.kit.round.rounds import FanOut
from graphs.kit.state.schemas import with_outcomes, without_outcomes


def items_router(fan_out: FanOut, width: Width) -> Callable[[Any], list[Send]]:
    """Return the router that LangGraph asks; it reads what `over=` reads, and the outcomes."""
    (branch,) = fan_out.branches

    def route(state: Any) -> list[Send]:
        wrote = wrote_before(fan_out.name, branch.name, state)
        return width.sends(fan_out.name, branch.name, without_outcomes(state), list(wrote))

    schema = input_schema_of(width.items_of, fan_out.state_schema)
    route.__annotations__["state"] = with_outcomes(schema)  # type: ignore[arg-type]  # mypy holds no class for hashable
    route.__name__ = f"items_of_{fan_out.name}"  # two of one name from one node are refused
    return route
