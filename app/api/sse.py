"""The events of a run as server-sent events (the WHATWG's HTML standard, section 9.2)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic_core import to_json
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import InvalidInput
from app.graphs.registry import GraphEntry
from app.graphs.shape import builder_of
from app.report.detail import Detail, in_detail, problem_in_detail
from app.runs.events import Event

KEEP_ALIVE_SECONDS = 15.0
"""After so long without an event a comment is sent: proxies close silent connections."""

CLOCK = "Fanjoin-Now"
"""The header with the service's clock, by which `started_at` is told: events never change."""

_KEEP_ALIVE = b": ping\n\n"
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

BranchesParam = Annotated[
    str | None,
    Query(description="Comma-separated branches: send only their events and the run's own."),
]


class EventStream(StreamingResponse):
    """Sends a run's events as they come; `on_close` is called when the client is gone, or served.

    The `finally` of an async generator would run only once the generator is collected.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncIterator[Event],
        branches: frozenset[str] | None,
        detail: Detail = "full",
        *,
        on_close: Callable[[], None] = lambda: None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._chunks = _with_keep_alive(_encode(events, branches, detail))
        now = {CLOCK: datetime.now(UTC).isoformat()}
        super().__init__(self._chunks, headers={**_HEADERS, **now, **(headers or {})})
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
    builder = builder_of(entry.graph)  # tasks of an entrypoint are known once they run
    if builder is not None and (unknown := sorted(names - builder.nodes.keys())):
        known = ", ".join(branch.name for branch in entry.branches)
        message = f"{entry.id} has no branch {', '.join(unknown)}; there is {known}"
        raise InvalidInput.at("branches", message, given=repr(branches))
    return names


async def _encode(
    events: AsyncIterator[Event], branches: frozenset[str] | None, detail: Detail
) -> AsyncGenerator[bytes, None]:
    async for event in events:
        if branches is not None and not _is_about(event, branches):
            continue
        if (data := _in_detail(event, detail)) is not None:
            yield b"event: %b\ndata: %b\nid: %d\n\n" % (
                event.type.encode(),
                to_json(data, inf_nan_mode="null"),
                event.id,
            )


def _in_detail(event: Event, detail: Detail) -> dict[str, Any] | None:
    """Return what an event says; None where it says a report that is not wanted."""
    match event.type:
        case "report":
            return in_detail(event.data, detail)
        case "end" if event.data["error"] is not None:
            return {**event.data, "error": problem_in_detail(event.data["error"], detail)}
        case _:
            return event.data


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


def _is_about(event: Event, branches: frozenset[str]) -> bool:
    """Whether an event is about one of these branches, what runs inside it, or the run."""
    row_id = event.data.get("id" if event.type.startswith("branch_") else "branch")
    if row_id is None:
        return True
    return any(
        row_id == name or row_id.startswith(tuple(name + after for after in "/[#"))
        for name in branches
    )
