"""A live service and the SDK's client of it, for what tests of threads do again and again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.live_server import PATIENCE_SECONDS, LiveServer


@asynccontextmanager
async def sdk_of(server: LiveServer, key: str | None = None) -> AsyncIterator[LangGraphClient]:
    """Give the Agent Server's own client, as it comes."""
    async with get_client(url=server.url, api_key=key, timeout=PATIENCE_SECONDS) as client:
        yield client


async def invoke(server: LiveServer, graph_id: str, thread_id: str, **body: Any) -> httpx2.Response:
    """Run a graph on a thread and wait."""
    sent = {"input": {}, "thread_id": thread_id, **body}
    return await post(server, f"/graphs/{graph_id}/invoke", sent)


async def post(server: LiveServer, path: str, body: Any) -> httpx2.Response:
    """Send JSON as ASCII, so that it may hold what UTF-8 cannot."""
    headers = {"content-type": "application/json"}
    async with httpx2.AsyncClient(base_url=server.url, timeout=PATIENCE_SECONDS) as client:
        return await client.post(path, content=json.dumps(body), headers=headers)
