"""The branch report: what every node of a run did, how long it took, what it cost.

Starts, attempts and usage come from LangChain's callbacks, ends and errors from LangGraph's `tasks`
stream, and what only the kit knows (outcomes, attempts) from its custom events. Any graph gets a
report.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from langgraph.constants import START
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.types import Command

from app.graphs.namespaces import HANDLER, path_of
from app.graphs.shape import Shape
from app.redaction import Redact
from app.report.early import Act, Early, Heard
from app.report.endings import Endings
from app.report.failures import CUT_OFF, NO_PARENT, error_of, redacted
from app.report.restored_rows import restore_rows, reuse_restored
from app.report.reuse import ReusableWrites
from app.report.row_book import RowBook
from app.report.row_events import Emit, RowEvents
from app.report.rows import Row
from app.report.summary import joins_that_never_ran, summarize
from app.report.tries import Error
from app.report.usage import usage_of_call
from app.report.waiting import Waiting
from app.setting_types import Price


class Recorder:
    """Collects one run's rows as they happen, and sums them up when it is over.

    Everything is called from the event loop's thread. A task goes by its checkpoint_ns (`ns`).
    """

    def __init__(
        self, shape: Shape, prices: Mapping[str, Price], redact: Redact, emit: Emit
    ) -> None:
        self._shape = shape
        self.redact = redact
        self._prices = prices
        self._events = RowEvents(emit)
        self._began = time.monotonic()
        self._book = RowBook(shape)
        self._early = Early()
        self._endings = Endings(self._book, self._events)
        self.waiting = Waiting(self._book.by_ns, self._began)
        self._is_restored = False
        self._warnings: dict[str, None] = {}

    def begin(self, *, seconds_ago: float = 0) -> None:
        """Start the clock: the run has its slot, or had it so long ago."""
        self._began = self.waiting.began = time.monotonic() - seconds_ago

    def restore(
        self,
        finished: Sequence[Mapping[str, Any]],
        writes: Mapping[str, Any],
        earlier_writes: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Restore the rows of what an earlier attempt did, which does not run again.

        `finished` has what its `branch_finished` events say. By checkpoint_ns, `writes` has what
        the checkpoint has of tasks in the step to continue with, with or without an event, and
        `earlier_writes` what any checkpoint of the run has, for a later retry to reuse.
        """
        self._is_restored = self._is_restored or bool(finished or writes)
        unfinished = list(restore_rows(self._book, finished, writes, self.now()))
        reuse_restored(self.reusable, self.rows, finished, earlier_writes)
        for row in unfinished:
            self._events.queued(row)
            self._endings.end(row, self.now())

    def now(self) -> float:
        """Milliseconds since the run began, on the monotonic clock."""
        return (time.monotonic() - self._began) * 1000

    def schedule(self, ns: str, triggers: Sequence[str] = (), given: Any = None) -> None:
        """A superstep has this task to run; `given` is its input, and is left as it is."""
        namespace = ns.rpartition("|")[0]
        if self._book.steps.current(namespace).is_over:
            self._endings.finish_cached(namespace)
        heard = self._early.take(ns)
        row = self._book.announce(ns, triggers, given, ns if heard is None else heard.ns)
        if self._shape.has_cached_nodes:
            self._endings.hits.schedule(namespace, row)
        if row.scheduled is None:
            row.scheduled = self.now() if heard is None else heard.at
            self._events.queued(row)
        for act in () if heard is None else heard.acts:
            act(row)

    def finish_from_cache(self, namespace: str, node: str, writes: Any) -> None:
        """LangGraph had the result of a node in its cache: its task never starts and never ends."""
        self._endings.find_in_cache(namespace, node, writes, self.now())

    def start(self, ns: str) -> None:
        """A task's attempt starts; a further one of LangGraph's own retries counts."""
        self._hear(ns, partial(self._start, ns=ns, at=self.now()))

    def fail_attempt(self, ns: str, error: BaseException) -> None:
        """An attempt of a task raised: an error, or what LangGraph uses to leave a node."""
        self._hear(ns, partial(self._fail, error=error, at=self.now()))

    def leave_start(self, ns: str, error: BaseException | None = None) -> None:
        """The conditional edge from START is decided, in a node of that name.

        It has a row where it did more than to decide: it asked a model, or called a tool.
        """
        row, heard = self._book.find(ns), self._early.take(ns)
        if row is None and heard is not None and len(heard.acts) > 1:
            row = self._add(ns, heard)
        if row is not None:
            self.finish(row.ns, None, error, is_interrupted=False)

    def use(self, ns: str, models: Sequence[str], usage: tuple[int, int] | None) -> None:
        """A model call of this task is over; `usage` is its input and output tokens, if known.

        `models` are the names it goes by; the first with a price counts.
        """
        self._hear(ns, partial(self._use, models=models, usage=usage))

    def label(self, ns: str, tool: str) -> None:
        """A task calls a tool: what has no label of its own goes by its name, or their names."""
        self._hear(ns, partial(Row.add_tool, tool=tool))

    def queue(self, ns: str, at: float | None = None) -> None:
        """A branch waits for a slot among its siblings, since `at` on the monotonic clock."""
        row = self._row(ns)
        row.is_queued, row.queued_at = True, self._moment(row, at)

    def attempt(self, ns: str, branch: str, number: int, at: float | None = None) -> None:
        """The kit starts an attempt of a branch; waiting for a slot is not work."""
        row = self._row(ns)
        moment = self._moment(row, at)
        row.name, row.attempts = branch, number
        self._begin_try(row, number, moment)
        if row.is_queued:
            row.begin_work(moment)
        self._events.started(row)

    def end_attempt(self, ns: str, error: Error, at: float | None = None) -> None:
        """The kit says that an attempt of a branch failed."""
        row = self._row(ns)
        row.tries.end(self._moment(row, at), redacted(error, self.redact))

    def record_outcome(self, ns: str, outcome: Mapping[str, Any]) -> None:
        """The kit reports how a branch ended."""
        row = self._row(ns)
        row.settle(outcome)
        if (error := outcome["error"]) is not None:
            row.error = redacted(error, self.redact)

    def finish(self, ns: str, writes: Any, error: Any, *, is_interrupted: bool) -> None:
        """LangGraph says that a task is over."""
        row = self._row(ns)
        if row.ended is not None:
            return
        if row.has_inner_rows:
            self._endings.close_inside(row, self.now(), has_ended=error is None)
        if is_interrupted:
            row.status = "interrupted"
        elif isinstance(error, asyncio.CancelledError):
            row.status = "cancelled"
        elif error is not None:
            row.error, row.raised = error_of(error, self.redact), error
            row.status = "timeout" if row.error["type"] == "NodeTimeoutError" else "failed"
        if row.started is None and row.status is None:
            row.started = row.scheduled  # callbacks say nothing of it: it is no cached result
        self._endings.finish(row, writes, self.now(), "ok")

    def warn(self, warning: str) -> None:
        self._warnings[warning] = None

    def name_of(self, ns: str) -> tuple[str, int]:
        """Return the id of a task's row, and its current attempt; what speaks has begun."""
        row = self._row(ns)
        self._events.started(row)
        return row.id, max(row.attempts, 1)

    @property
    def reusable(self) -> ReusableWrites:
        """What a retry of the run may reuse."""
        return self._endings.reusable

    @property
    def rows_by_ns(self) -> Mapping[str, Row]:
        return self._book.by_ns

    @property
    def rows(self) -> list[Row]:
        """The rows so far, in the order in which they were first seen."""
        return list(self._book.rows)

    def close(self, *, has_ended: bool, is_paused: bool = False) -> dict[str, Any]:
        """End the rows that are still open, innermost first, and return the report.

        `has_ended` when the graph came to its own end, whatever was missing there; `is_paused` when
        it stopped at a question or a breakpoint, so that what has not run may run yet.
        """
        for ns in self._early.tasks():
            self._row(ns)
        for row in reversed(self.rows):
            self._endings.close(row, self.now(), has_ended=has_ended, is_paused=is_paused)
        has_all_rows = not self._is_restored  # joins before the crash have none
        if has_ended and not is_paused and has_all_rows:
            ran = {row.path[0] for row in self.rows}
            for warning in joins_that_never_ran(self._shape, ran):
                self.warn(warning)
        for warning in self.waiting.warnings():
            self.warn(warning)
        warnings = list(self._warnings)
        return summarize(self.rows, self.now(), has_ended=has_ended, warnings=warnings)

    def _row(self, ns: str) -> Row:
        """Return the row of a task, a new one for what nothing has announced."""
        return self._book.find(ns) or self._add(ns, self._early.take(ns))

    def _add(self, ns: str, heard: Heard | None) -> Row:
        """Add the row of what the stream does not announce: an error handler, or START."""
        row = self._book.add(ns)
        if row.path[-1].startswith((HANDLER, START)):
            row.scheduled = self.now() if heard is None else heard.at
            self._events.queued(row)
        for act in () if heard is None else heard.acts:
            act(row)
        return row

    def _hear(self, ns: str, act: Act) -> None:
        """Do what a callback says of a row; the stream announces all but error handlers."""
        row = self._book.find(ns)
        if row is not None or path_of(ns)[-1].startswith(HANDLER):
            act(row or self._row(ns))
        else:
            self._early.hear(ns, self.now(), act)

    def _start(self, row: Row, *, ns: str, at: float) -> None:
        if row.ended is not None:
            row = self._book.add_again(ns, row)
        row.attempts += 1
        self._begin_try(row, row.attempts, at)
        if row.started is None:
            row.started = at
            if not row.waits_for_slot:
                self._events.started(row)

    def _moment(self, row: Row, at: float | None) -> float:
        """Return when the kit says that something happened, within what is possible; else now."""
        now = self.now()
        if not isinstance(at, int | float):
            return now
        return min(now, max(row.scheduled or 0.0, (at - self._began) * 1000))

    def _fail(self, row: Row, *, error: BaseException, at: float) -> None:
        if isinstance(error, ParentCommand):
            self._hand_over(row, error.args[0], at)
        elif isinstance(error, asyncio.CancelledError):
            row.tries.end(at, CUT_OFF)
        elif not isinstance(error, GraphBubbleUp):
            row.tries.end(at, error_of(error, self.redact))

    def _use(self, row: Row, *, models: Sequence[str], usage: tuple[int, int] | None) -> None:
        used, warning = usage_of_call(models, usage, self._prices)
        row.usage.add(used)
        if warning is not None:
            self.warn(warning if usage else f"{row.id}: {warning}")

    def _begin_try(self, row: Row, number: int, at: float) -> None:
        if row.tries.begin(number, at) and len(row.tries.all) > 1:
            self._events.attempt(row)
            before = row.tries.all[-2]
            self.warn(
                f"{row.id}: attempt {before.attempt} {before.reason}, so another one was made"
            )

    def _hand_over(self, row: Row, command: Command[Any], at: float) -> None:
        """A node left a sub-graph by a command to the graph around it: its task has no other end.

        The same error passes through the node that is the sub-graph, whose task does end.
        """
        row.handed = at, command.update
        if row.parent is None and command.graph == Command.PARENT:
            row.error, row.status = NO_PARENT, "failed"
            self._endings.finish(row, None, at, "failed")
