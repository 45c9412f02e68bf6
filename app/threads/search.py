"""Finds threads of one owner by their labels, ids and status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.columns import label_value
from app.storage.tables import thread_labels, threads
from app.threads.thread import DELETING, ThreadRecord, thread_record_of

SortBy = Literal["thread_id", "status", "created_at", "updated_at"]


@dataclass(frozen=True)
class ThreadSearch:
    """What the threads looked for have in common; what is None or empty does not matter."""

    owner: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Top-level scalars; `graph_id` among them is the graph of the last run."""

    ids: Sequence[str] | None = None
    status: str | None = None
    sort_by: SortBy = "updated_at"
    is_ascending: bool = False
    limit: int = 10
    offset: int = 0


async def search_threads(connection: AsyncConnection, search: ThreadSearch) -> list[ThreadRecord]:
    """Return a page of threads; equal ones in the order of their ids, so that pages never mix."""
    order = [threads.c[search.sort_by], threads.c.thread_id]
    result = await connection.execute(
        select(threads)
        .where(*_conditions(search))
        .order_by(*(column if search.is_ascending else column.desc() for column in order))
        .limit(search.limit)
        .offset(search.offset)
    )
    return [thread_record_of(row) for row in result.mappings()]


def _conditions(search: ThreadSearch) -> list[ColumnElement[bool]]:
    conditions = [threads.c.owner == search.owner, threads.c.status != DELETING]
    if search.status is not None:
        conditions.append(threads.c.status == search.status)
    if search.ids is not None:
        conditions.append(threads.c.thread_id.in_(search.ids))
    for key, value in search.metadata.items():
        is_graph = key == "graph_id"
        conditions.append(threads.c.graph_id == value if is_graph else _has_label(key, value))
    return conditions


def _has_label(key: str, value: Any) -> ColumnElement[bool]:
    return exists().where(
        and_(
            thread_labels.c.owner == threads.c.owner,
            thread_labels.c.thread_id == threads.c.thread_id,
            thread_labels.c.key == key,
            thread_labels.c.value == label_value(value),
        )
    )
