"""The events of a run as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from fastapi.sse import ServerSentEvent

from app.errors import InvalidInput
from app.graphs.registry import GraphEntry
from app.runs.events import Event

BranchesParam = Annotated[
    str | None,
    Query(description="Tell of these branches only, separated by commas; the rest is always told."),
]


def read_filter(entry: GraphEntry, branches: str | None) -> frozenset[str] | None:
    """Return the branches to tell of, None for all.

    Raises:
        InvalidInput: the graph has no such branch.
    """
    if branches is None:
        return None
    wanted = frozenset(name.strip() for name in branches.split(","))
    if unknown := sorted(wanted - entry.graph.builder.nodes.keys()):
        known = ", ".join(branch.name for branch in entry.branches)
        message = f"{entry.id} has no branch {', '.join(unknown)}; there is {known}"
        raise InvalidInput([{"place": "branches", "message": message, "given": repr(branches)}])
    return wanted


async def send_events(
    events: AsyncIterator[Event], wanted: frozenset[str] | None
) -> AsyncIterator[ServerSentEvent]:
    """Send a run's events, of all branches or of those wanted."""
    async for event in events:
        if wanted is None or _branch_of(event) in (None, *wanted):
            yield ServerSentEvent(id=str(event.id), event=event.type, data=event.data)


def _branch_of(event: Event) -> str | None:
    """Return the top-level branch an event tells of; None when it tells of the run."""
    if event.type == "token":
        row_id = event.data["branch"]
    elif event.type in ("branch_started", "branch_finished"):
        row_id = event.data["id"]
    else:
        return None
    return str(row_id).partition("/")[0].partition("#")[0]
