"""Runs that tell, while they last, which of their branches have finished."""

from collections.abc import AsyncIterator
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph


async def run_watched(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    given: Any,
    finished: set[str],
    *,
    config: RunnableConfig | None = None,
    context: Any = None,
) -> Any:
    """Return the graph's output; each branch is in `finished` from when it has an outcome."""
    output = None
    parts: AsyncIterator[Any] = graph.astream(
        given, config, context=context, stream_mode=["custom", "values"]
    )
    async for mode, part in parts:
        if mode == "values":
            output = part
        elif part["event"] == "fanjoin.outcome":
            finished.add(part["branch"])
    return output
