"""The events of a run as server-sent events (the WHATWG's HTML standard, section 9.2)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Annotated, Any

from fastapi import Query
from pydantic_core import to_json
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import InvalidInput
from app.graphs.registry import GraphEntry
from app.runs.events import Event

KEEP_ALIVE_SECONDS = 15.0
"""After so long without an event a comment is sent: proxies close silent connections."""

_KEEP_ALIVE = b": ping\n\n"
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

BranchesParam = Annotated[
    str | None,
    Query(description="Comma-separated branches: send only their events and the run's own."),
]

STREAM_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The events, as they come.",
        "content": {
            "text/event-stream": {
                "itemSchema": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("event", "data", "id")},
                }
            }
        },
    }
}
"""How OpenAPI 3.2 describes a stream of events (section 4.14.4)."""


class EventStream(StreamingResponse):
    """Sends a run's events as they come; `on_close` is called when the client is gone, or served.

    The `finally` of an async generator would run only once the generator is collected.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncIterator[Event],
        branches: frozenset[str] | None,
        *,
        on_close: Callable[[], None] = lambda: None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._chunks = _with_keep_alive(_encode(events, branches))
        super().__init__(self._chunks, headers={**_HEADERS, **(headers or {})})
        self._on_close = on_close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_close()
            await self._chunks.aclose()


def read_filter(entry: GraphEntry, branches: str | None) -> frozenset[str] | None:
    """Return the branches to send events of, None for all.

    Raises:
        InvalidInput: the graph has no such branch.
    """
    if branches is None:
        return None
    names = frozenset(name.strip() for name in branches.split(","))
    if unknown := sorted(names - entry.graph.builder.nodes.keys()):
        known = ", ".join(branch.name for branch in entry.branches)
        message = f"{entry.id} has no branch {', '.join(unknown)}; there is {known}"
        raise InvalidInput.at("branches", message, given=repr(branches))
    return names


async def _encode(
    events: AsyncIterator[Event], branches: frozenset[str] | None
) -> AsyncGenerator[bytes, None]:
    async for event in events:
        if branches is None or _branch_of(event) in (None, *branches):
            yield b"event: %b\ndata: %b\nid: %d\n\n" % (
                event.type.encode(),
                to_json(event.data, inf_nan_mode="null"),
                event.id,
            )


async def _with_keep_alive(
    chunks: AsyncGenerator[bytes, None],
) -> AsyncGenerator[bytes, None]:
    """Yield the chunks, and a comment whenever none came for a while."""
    pending = asyncio.create_task(_next(chunks))
    try:
        while True:
            await asyncio.wait((pending,), timeout=KEEP_ALIVE_SECONDS)
            if not pending.done():
                yield _KEEP_ALIVE
            elif (chunk := pending.result()) is not None:
                yield chunk
                pending = asyncio.create_task(_next(chunks))
            else:
                return
    finally:
        pending.cancel()
        await asyncio.wait((pending,))
        await chunks.aclose()


async def _next(chunks: AsyncGenerator[bytes, None]) -> bytes | None:
    return await anext(chunks, None)


def _branch_of(event: Event) -> str | None:
    """Return the top-level branch an event is about; None when it is about the run."""
    if event.type == "token":
        row_id = event.data["branch"]
    elif event.type in ("branch_started", "branch_finished"):
        row_id = event.data["id"]
    else:
        return None
    return str(row_id).partition("/")[0].partition("#")[0]
