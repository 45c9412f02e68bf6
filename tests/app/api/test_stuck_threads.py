"""Readiness while nodes hold every thread."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.settings import Settings
from tests.app.cli.graph_files import write_registry
from tests.app.service_at_hand import opened
from tests.patience import SECONDS

pytestmark = pytest.mark.anyio

GRAPH = """
import tests.app.api.test_stuck_threads as test
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

class State(TypedDict, total=False):
    holds: bool

def node(state):
    if state["holds"]:
        test.HOLDS.set()
        test.LET_GO.wait(test.SECONDS)

builder = StateGraph(State)
builder.add_node(node)
builder.add_edge(START, "node")
graph = builder.compile()
"""

HOLDS, LET_GO = threading.Event(), threading.Event()


async def is_ready(client: httpx2.AsyncClient, status: int) -> dict[str, Any]:
    """Return what readiness says, once it has this status."""
    async with asyncio.timeout(SECONDS):
        while True:
            answer = await client.get("/health/ready")
            if answer.status_code == status:
                body: dict[str, Any] = answer.json()
                return body
            await asyncio.sleep(0.01)


async def test_service_is_not_ready_while_stuck_calls_hold_every_thread(
    tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "holds.py").write_text(GRAPH)
    registry = write_registry(tmp_path, holds="./holds.py:graph")
    changes = {"graphs_file": registry, "node_threads": 1, "stuck_threads_seconds": 0.01}
    HOLDS.clear()
    LET_GO.clear()

    async with opened(settings.model_copy(update=changes)) as (client, _):

        async def invoke(*, holds: bool) -> int:
            body = {"input": {"holds": holds}}
            return (await client.post("/graphs/holds/invoke", json=body)).status_code

        holding = asyncio.create_task(invoke(holds=True))
        await asyncio.to_thread(HOLDS.wait, SECONDS)
        assert (await is_ready(client, 200))["status"] == "ready"
        waiting = asyncio.create_task(invoke(holds=False))
        problem = await is_ready(client, 503)
        LET_GO.set()
        assert await holding == await waiting == 200
        await is_ready(client, 200)

    assert problem["type"] == "urn:fanjoin:threads-stuck"
    assert "each of the 1 threads" in problem["detail"]
    assert "FANJOIN_NODE_THREADS" in problem["detail"]
