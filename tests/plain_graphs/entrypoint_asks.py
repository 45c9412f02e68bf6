"""An entrypoint that asks within a task and of itself, and saves something else than it returns."""

from typing import Any

from langgraph.func import entrypoint, task
from langgraph.types import interrupt

from tests.plain_graphs.examples import Example

EXAMPLES = [
    Example("tides", answers=["yes", 2]),
    Example("", answers=[{"a": None}, [1]]),
]


@task
async def ask(topic: str) -> Any:
    return interrupt({"question": f"What about {topic}?"})


@entrypoint()
async def graph(topic: str, *, previous: int | None = None) -> entrypoint.final[Any, int]:
    first = await ask(topic)
    second = interrupt("Sure?")
    times = (previous or 0) + 1
    return entrypoint.final(value=[first, second, times], save=times)
