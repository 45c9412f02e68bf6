"""An input, and a run of the graph."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from graphs.trip_plan.graph import Output, graph
from graphs.trip_plan.plan import Kind
from tests.graphs.sending import sent


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def trip_input(**changes: Any) -> Any:
    """Two from London to Lisbon, soon."""
    trip = {"origin": "London", "destination": "Lisbon", "budget": euros("900.00")}
    return sent(**trip | changes)


def run(**changes: Any) -> Output:
    result = asyncio.run(graph.ainvoke(trip_input(**changes)))
    return TypeAdapter(Output).validate_python(result)


def in_days(number: int) -> date:
    return datetime.now(ZoneInfo("Europe/Lisbon")).date() + timedelta(days=number)


def missing(output: Output) -> dict[Kind, str]:
    return {gap.what: gap.reason for gap in output.missing}
