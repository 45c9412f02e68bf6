"""What is written of crons: each function is executed by the writer, and safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from app.crons.cron import Cron, cron_from_row, cron_row
from app.errors import ServiceError, TooManyCrons, UnreadableCron
from app.storage.tables import crons


@dataclass(frozen=True)
class NewCron:
    """A cron to store, and how many its owner may have."""

    cron: Cron
    most: int


@dataclass(frozen=True)
class CronChange:
    """A change of one cron: `change` returns it as it is to be, and may be called again."""

    owner: str
    cron_id: str
    change: Callable[[Cron], Cron]


@dataclass(frozen=True)
class Advance:
    """The step of a cron from the tick it waited for to the next one."""

    cron: Cron
    """As it was read, with the tick it waited for."""

    next_at: datetime | None
    last_tick_at: datetime | None = None
    last_run_id: str | None = None
    """None where no run started."""

    problem: str | None = None


def create(connection: Connection, new: NewCron) -> Cron | ServiceError:
    """Insert a cron and return it; the one of an earlier request with its key, or an error."""
    cron = new.cron
    is_earlier = crons.c.id == cron.id
    if cron.idempotency_key is not None:
        is_earlier = is_earlier | (crons.c.idempotency_key == cron.idempotency_key)
    query = select(crons).where(crons.c.owner == cron.owner, is_earlier)
    if (row := connection.execute(query).mappings().first()) is not None:
        return cron_from_row(row)
    counted = select(func.count()).select_from(crons).where(crons.c.owner == cron.owner)
    if connection.execute(counted).scalar_one() >= new.most:
        return TooManyCrons(
            f"you have {new.most} crons, as many as FANJOIN_MAX_CRONS_PER_OWNER allows: delete one"
        )
    connection.execute(insert(crons).values(cron_row(cron)))
    return cron


def patch(connection: Connection, change: CronChange) -> Cron | UnreadableCron | None:
    """Change a cron and return it; None where there is none, an error where it is unreadable."""
    is_it = is_cron(change.owner, change.cron_id)
    row = connection.execute(select(crons).where(is_it).with_for_update()).mappings().first()
    if row is None:
        return None
    before = cron_from_row(row)
    if before.unreadable is not None:
        return UnreadableCron(f"cron {before.id}", before.unreadable)
    after = change.change(before)
    connection.execute(update(crons).where(is_it).values(cron_row(after)))
    return after


def remove(connection: Connection, key: tuple[str, str]) -> bool:
    """Delete an owner's cron, also one that cannot be read; return whether there was one."""
    return connection.execute(delete(crons).where(is_cron(*key))).rowcount > 0


def advance(connection: Connection, step: Advance) -> None:
    """Store what became of a tick; a schedule that was changed meanwhile stays as it is."""
    is_it = crons.c.id == step.cron.id
    if step.last_run_id is not None:
        ran = {"last_tick_at": step.last_tick_at, "last_run_id": step.last_run_id}
        connection.execute(update(crons).where(is_it).values(ran))
    is_unchanged = and_(is_it, crons.c.next_at == step.cron.next_at)
    columns = {"next_at": step.next_at, "problem": step.problem}
    connection.execute(update(crons).where(is_unchanged).values(columns))


def is_cron(owner: str, cron_id: str) -> ColumnElement[bool]:
    return and_(crons.c.owner == owner, crons.c.id == cron_id)
