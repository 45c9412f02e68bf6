"""What is executed when a run is created, continues and finishes; each is safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from app.errors import ServiceError, ThreadBusy, TooManyRuns
from app.runs.event_rows import events_text
from app.runs.events import Event
from app.runs.rows import run_from_row
from app.runs.run import Run
from app.storage.columns import insert_into, plain_insert
from app.storage.tables import (
    IS_LIVE,
    IS_QUEUED,
    branch_stats,
    run_events,
    run_figures,
    run_labels,
    runs,
)
from app.threads import claims, waiting_runs
from app.threads.claims import Claim, Release
from app.work.work import News, Queued, Work

RUN_COLUMNS = [column for column in runs.c if column.name != "last_events"]
"""The columns that make a Run."""


@dataclass(frozen=True)
class NewRun:
    """A run's first row, and those of its labels."""

    row: dict[str, Any]
    labels: list[dict[str, str]]
    queued: Queued | None = None
    """Set where it is to wait for its claim."""

    most_waiting: int | None = None
    """How many runs of its owner may wait."""

    @property
    def is_plain(self) -> bool:
        """Whether it cannot conflict with another run."""
        has_none = self.row["idempotency_key"] is None and self.row["thread_id"] is None
        return has_none and self.queued is None


@dataclass(frozen=True)
class FinishedRun:
    """What a run's end changes in its row and in that of its thread, and what it adds."""

    run: Run
    row: dict[str, Any]
    thread_status: str | None
    figures: dict[str, Any] | None
    stats: list[dict[str, Any]]


def create_plain(connection: Connection, items: Sequence[NewRun]) -> None:
    """Insert runs that cannot conflict with others, all at once."""
    statement = insert_into(connection.dialect.name, runs)
    statement = statement.on_conflict_do_nothing(index_elements=["id"])
    connection.execute(statement, [item.row for item in items])
    _insert_labels(connection, items)


def create(work: Work, connection: Connection, item: NewRun) -> Run | ServiceError | None:
    """Insert a run, and queue it if it is to wait for its claim; return what prevents it, or None.

    A run that may wait for its thread is stored without it where the thread is busy.
    """
    row = item.row
    earlier = _earlier(connection, row)
    if earlier is not None:
        return earlier
    if (refusal := _too_many_wait(connection, item)) is not None:
        return refusal
    with connection.begin_nested() as savepoint:
        thread_id = row["thread_id"]
        if thread_id is not None:
            claim = Claim(row["owner"], thread_id, row["id"], row["graph_id"])
            before = claims.claim(connection, claim)
            if isinstance(before, ServiceError):
                return before
            if before is not None:
                row = {**row, "waits_for": None}
            elif row["waits_for"] is None or not claims.is_busy(connection, claim):
                message = f"thread {thread_id!r} is busy with another run: wait for its end"
                return ThreadBusy(message)
        statement = (
            insert_into(connection.dialect.name, runs).on_conflict_do_nothing().returning(runs.c.id)
        )
        if connection.execute(statement, row).first() is not None:
            _insert_labels(connection, [item])
            if item.queued is not None and row["waits_for"] is None:
                work.enqueue(connection, [item.queued])
            return None
        savepoint.rollback()
    return _earlier(connection, row)


def _too_many_wait(connection: Connection, item: NewRun) -> TooManyRuns | None:
    """Count by an index of the queued runs alone."""
    if item.most_waiting is None:
        return None
    owner, most = item.row["owner"], item.most_waiting
    queued = select(runs.c.owner).where(is_of(owner), IS_QUEUED).limit(most)
    count = select(func.count()).select_from(queued.subquery())
    if connection.execute(count).scalar_one() < most:
        return None
    message = f"{most} runs wait already, which is the limit of an owner"
    return TooManyRuns(f"{message} (FANJOIN_MAX_WAITING_RUNS_PER_OWNER): try again later")


def _earlier(connection: Connection, row: dict[str, Any]) -> Run | None:
    key = row["idempotency_key"]
    if key is None:
        return None
    statement = select(*RUN_COLUMNS).where(is_of(row["owner"]), runs.c.idempotency_key == key)
    earlier = connection.execute(statement).mappings().first()
    if earlier is None or earlier["id"] == row["id"]:  # its own: repeated after a lost connection
        return None
    return run_from_row(earlier)


def _insert_labels(connection: Connection, items: Sequence[NewRun]) -> None:
    if labels := [label for item in items for label in item.labels]:
        statement = insert_into(connection.dialect.name, run_labels).on_conflict_do_nothing()
        connection.execute(statement, labels)


def append_events(connection: Connection, batches: Sequence[tuple[str, Sequence[Event]]]) -> None:
    """Store further events of several runs, all at once."""
    statement = insert_into(connection.dialect.name, run_events)
    statement = statement.on_conflict_do_update(
        index_elements=["run_id", "first_event"],
        set_={"last_event": statement.excluded.last_event, "events": statement.excluded.events},
    )
    rows = [
        {
            "run_id": run_id,
            "first_event": events[0].id,
            "last_event": events[-1].id,
            "events": events_text(events),
        }
        for run_id, events in batches
    ]
    connection.execute(statement, rows)
    lasts = [{"of_run": row["run_id"], "reached": row["last_event"]} for row in rows]
    connection.execute(_REACH, lasts)


_REACH = (
    update(runs)
    .where(runs.c.id == bindparam("of_run"), runs.c.last_event <= bindparam("reached"), IS_LIVE)
    .values(status="running", last_event=bindparam("reached"))
)
"""Events of an earlier attempt have lower numbers, and set nothing back."""

_END = update(runs).where(
    runs.c.id == bindparam("of_run"), runs.c.attempt == bindparam("of_attempt"), IS_LIVE
)


def finish(work: Work, connection: Connection, item: FinishedRun) -> bool:
    """Store how a run ended; False where it is over already, or at a later attempt.

    The run that waits for its thread, if one does, is queued.
    """
    run = item.run
    ours = {"of_run": run.id, "of_attempt": run.attempt}
    if connection.execute(_END, {**ours, **item.row}).rowcount == 0:
        said = select(runs.c.id).where(
            runs.c.id == run.id,
            runs.c.attempt == run.attempt,
            runs.c.ended_at == run.ended_at,
        )
        return connection.execute(said).first() is not None
    _insert_figures(connection, item)
    if item.thread_status is not None and run.thread_id is not None:
        claim = Claim(run.request.owner, run.thread_id, run.id)
        waiting_runs.release(work, connection, Release(claim, item.thread_status))
    if run.request.is_background or run.attempt > 1:  # it may be waited for where it never began
        work.notify(connection, News(run.id, "over"))
    return True


def create_finished(work: Work, connection: Connection, item: tuple[NewRun, FinishedRun]) -> bool:
    """Store a run with its end at once; False where it is over already.

    Its row may exist all the same, where its creation was committed and the answer lost.
    """
    new, finished = item
    insertion = insert_into(connection.dialect.name, runs)
    statement = insertion.on_conflict_do_nothing(index_elements=["id"]).returning(runs.c.id)
    if connection.execute(statement, {**new.row, **finished.row}).first() is None:
        return finish(work, connection, finished)
    _insert_labels(connection, [new])
    _insert_figures(connection, finished)
    return True


def _insert_figures(connection: Connection, item: FinishedRun) -> None:
    dialect = connection.dialect.name
    if item.figures is not None:
        connection.exec_driver_sql(plain_insert(dialect, run_figures), item.figures)
    if item.stats:
        connection.exec_driver_sql(plain_insert(dialect, branch_stats), item.stats)


def request_cancel(work: Work, connection: Connection, run_id: str) -> None:
    is_live = and_(runs.c.id == run_id, IS_LIVE)
    connection.execute(update(runs).where(is_live).values(cancel_requested=True))
    work.notify(connection, News(run_id, "cancel"))


def delete_run(work: Work, connection: Connection, key: tuple[str, str]) -> None:
    owner, run_id = key
    connection.execute(delete(runs).where(is_of(owner), runs.c.id == run_id))
    work.notify(connection, News(run_id, "over"))


def clear_has_checkpoints(connection: Connection, run_ids: Sequence[str]) -> None:
    """Store that the checkpoints of runs are deleted."""
    connection.execute(update(runs).where(runs.c.id.in_(run_ids)).values(has_checkpoints=False))


def is_of(owner: str) -> ColumnElement[bool]:
    return runs.c.owner == owner
