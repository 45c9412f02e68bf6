"""The repository of crons: create, read, change, search; and which of them are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, func, select

from app.crons import statements
from app.crons.cron import Cron, cron_from_row
from app.crons.statements import Advance, CronChange, NewCron
from app.errors import CronNotFound, KeyReused, ServiceError, UnreadableCron
from app.storage.database import Database
from app.storage.tables import crons


@dataclass(frozen=True)
class CronSearch:
    """A page of an owner's crons, newest first; what is None does not matter."""

    owner: str
    graph_id: str | None = None
    thread_id: str | None = None
    limit: int = 50
    before: str | None = None
    """Only crons older than this one: the last of the page before."""


class ReadPage(Protocol):
    """Reads a page of everybody's crons, by id from after one."""

    async def __call__(self, now: datetime, *, after: str, limit: int) -> list[Cron]: ...


class CronRepository:
    """Crons; another owner's counts as none. Every method raises StorageUnavailable too."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer
        self._reading = database.reading

    async def create(self, cron: Cron, *, most: int) -> Cron:
        """Store a cron, and return it; where its key was used before, return that cron.

        Raises:
            KeyReused: the key was already used with another request.
            TooManyCrons: the owner has as many already.
            UnreadableCron: the earlier cron cannot be read.
        """
        created = await self._writer.write(statements.create, NewCron(cron, most))
        if isinstance(created, ServiceError):
            raise created
        if _readable(created).request_hash != cron.request_hash:
            raise KeyReused(
                "the Idempotency-Key was already used with another request: use a new one"
            )
        return created

    async def get(self, owner: str, cron_id: str) -> Cron:
        """Return a cron.

        Raises:
            CronNotFound: the owner has none of this id.
            UnreadableCron: its row cannot be read.
        """
        async with self._reading() as connection:
            query = select(crons).where(statements.is_cron(owner, cron_id))
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise _not_found(cron_id)
        return _readable(cron_from_row(row))

    async def search(self, search: CronSearch) -> list[Cron]:
        """Return a page of crons; one that cannot be read says so in `unreadable`."""
        conditions = [crons.c.owner == search.owner]
        if search.graph_id is not None:
            conditions.append(crons.c.graph_id == search.graph_id)
        if search.thread_id is not None:
            conditions.append(crons.c.thread_id == search.thread_id)
        if search.before is not None:
            conditions.append(crons.c.id < search.before)
        query = select(crons).where(*conditions).order_by(crons.c.id.desc()).limit(search.limit)
        async with self._reading() as connection:
            return [cron_from_row(row) for row in (await connection.execute(query)).mappings()]

    async def patch(self, owner: str, cron_id: str, change: Callable[[Cron], Cron]) -> Cron:
        """Change a cron by a function, which is called where nobody else changes it.

        Raises:
            CronNotFound: the owner has none of this id.
            UnreadableCron: its row cannot be read.
        """
        patched = await self._writer.write(statements.patch, CronChange(owner, cron_id, change))
        if patched is None:
            raise _not_found(cron_id)
        if isinstance(patched, UnreadableCron):
            raise patched
        return patched

    async def delete(self, owner: str, cron_id: str) -> None:
        """Delete a cron; its runs stay.

        Raises:
            CronNotFound: the owner has none of this id.
        """
        if not await self._writer.write(statements.remove, (owner, cron_id)):
            raise _not_found(cron_id)

    async def due(self, now: datetime, *, after: str, limit: int) -> list[Cron]:
        """Return a page of everybody's crons whose tick has come, by id from after one."""
        return await self._page(crons.c.next_at <= now, after, limit)

    async def to_come(self, now: datetime, *, after: str, limit: int) -> list[Cron]:
        """Return a page of everybody's crons whose tick is yet to come, by id from after one."""
        return await self._page(crons.c.next_at > now, after, limit)

    async def nearest(self, now: datetime) -> datetime | None:
        """Return the next tick of all that are yet to come."""
        query = select(func.min(crons.c.next_at)).where(crons.c.next_at > now)
        async with self._reading() as connection:
            moment = (await connection.execute(query)).scalar()
        return moment if isinstance(moment, datetime) else None

    async def advance(self, step: Advance) -> None:
        """Store what became of a tick, and the one that is next."""
        await self._writer.write(statements.advance, step)

    async def _page(self, is_one: ColumnElement[bool], after: str, limit: int) -> list[Cron]:
        query = select(crons).where(is_one, crons.c.id > after).order_by(crons.c.id).limit(limit)
        async with self._reading() as connection:
            return [cron_from_row(row) for row in (await connection.execute(query)).mappings()]


def _readable(cron: Cron) -> Cron:
    if cron.unreadable is not None:
        raise UnreadableCron(f"cron {cron.id}", cron.unreadable)
    return cron


def _not_found(cron_id: str) -> CronNotFound:
    return CronNotFound(f"there is no cron {cron_id!r}")
