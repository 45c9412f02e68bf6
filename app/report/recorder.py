"""The branch report: what every node of a run did, how long it took, what it cost.

Starts and usage come from LangChain's callbacks, ends and errors from LangGraph's `tasks` stream,
and what only the kit knows (outcomes, attempts) from its custom events. Any graph gets a report.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from app.graphs.namespaces import ns_around, path_of
from app.graphs.shape import Path, Shape
from app.graphs.wire import own_writes
from app.plain_json import error_text
from app.redaction import Redact
from app.report.restored_rows import row_from_checkpoint, rows_from_events
from app.report.reuse import ReusableWrites
from app.report.rows import BAD, Row, Status, Usage, result_of
from app.report.summary import joins_that_never_ran, summarize
from app.report.waiting import Waiting
from app.setting_types import Price

RowEvent = Literal["branch_started", "branch_finished", "join_started"]


class Emit(Protocol):
    """Called for each start and end; `ns` is the checkpoint_ns of the task that ended."""

    def __call__(self, type: RowEvent, data: dict[str, Any], ns: str = "") -> None: ...


_GOOD = frozenset({"ok", "degraded", "cached"})


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
        self._emit = emit
        self._began = time.monotonic()
        self._rows: dict[str, Row] = {}
        self.waiting = Waiting(self._rows, self._began)
        self._times_run: dict[Path, int] = defaultdict(int)
        self._steps: dict[str, int] = defaultdict(int)
        self._over: set[str] = set()
        """The namespaces in which a task of the current superstep has ended."""

        self._is_restored = False
        self._warnings: dict[str, None] = {}
        self.reusable = ReusableWrites()

    def begin(self, *, seconds_ago: float = 0) -> None:
        """Start the clock: the run has its slot, or had it so long ago."""
        self._began = self.waiting.began = time.monotonic() - seconds_ago

    def restore(self, finished: Mapping[str, Mapping[str, Any]], writes: Mapping[str, Any]) -> None:
        """Restore the rows of what an earlier attempt did, which does not run again.

        Both are by checkpoint_ns: `finished` has what its `branch_finished` events say, `writes`
        what the checkpoint has of tasks in the step to continue with, with or without an event.
        """
        self._is_restored = self._is_restored or bool(finished or writes)
        rows = rows_from_events(finished, self._shape)
        for ns, row in rows.items():
            self._rows[ns] = row
            self._times_run[row.path] += 1
            self._steps[row.parent] = max(row.step, self._steps[row.parent])
        self._over |= {row.parent for row in rows.values()}
        self._over -= {ns.rpartition("|")[0] for ns in writes if ns in rows}
        for ns, row in rows.items():
            if row.parent and (around := ns_around(ns)) not in rows:
                self._row(around).has_inner_rows = True
                self._row(around).usage.add(row.usage)
        for ns in writes.keys() - rows.keys():
            row = row_from_checkpoint(ns, self._next_id(ns), writes[ns], self._shape, self.now())
            row.step = self._steps[row.parent]
            self._rows[ns] = row
            self._end(ns, row)

    def now(self) -> float:
        """Milliseconds since the run began, on the monotonic clock."""
        return (time.monotonic() - self._began) * 1000

    def schedule(self, ns: str) -> None:
        """A superstep has this task to run: the first since one ended starts a new step."""
        row = self._row(ns)
        if row.scheduled is None:
            row.scheduled = self.now()
        if row.parent in self._over:
            self._over.discard(row.parent)
            self._steps[row.parent] += 1
        row.step = self._steps[row.parent]

    def finish_from_cache(self, parent: str, name: str, writes: Any) -> None:
        """LangGraph had the result of a node in its cache: its task never starts and never ends."""
        for ns, row in self._rows.items():
            if row.parent == parent and row.name == name and row.is_untouched:
                self.finish(ns, writes, None, is_interrupted=False)

    def start(self, ns: str) -> None:
        """A task's attempt starts; a further one of LangGraph's own retries counts."""
        row = self._row(ns)
        row.attempts += 1
        if row.started is not None:
            return
        row.started = self.now()
        started_ms = round(row.started, 1)
        known = {"id": row.id, "name": row.name, "kind": row.kind, "started_ms": started_ms}
        if row.kind == "join":
            self._emit("join_started", known)
        else:
            queued = {"queued_ms": round(row.queued_ms, 1), "attempt": row.attempts}
            self._emit("branch_started", {**known, **queued})

    def queue(self, ns: str) -> None:
        """A branch has started, and waits for a slot among its siblings."""
        self._row(ns).is_queued = True

    def attempt(self, ns: str, branch: str, number: int) -> None:
        """The kit starts an attempt of a branch; waiting for a slot is not work."""
        row = self._row(ns)
        row.label, row.attempts = branch, number
        if row.is_queued:
            row.is_queued, row.started, row.waited_ms = False, self.now(), 0.0

    def record_outcome(self, ns: str, outcome: Mapping[str, Any]) -> None:
        """The kit reports how a branch ended."""
        row = self._row(ns)
        row.status = outcome["status"]
        row.required = outcome["required"]
        row.attempts = outcome["attempts"]
        row.label = outcome["branch"]
        row.reuse_key = outcome.get("key")
        if (error := outcome["error"]) is not None:
            row.error = {"type": error["type"], "message": self.redact(error["message"])}

    def finish(self, ns: str, writes: Any, error: Any, *, is_interrupted: bool) -> None:
        """LangGraph says that a task is over."""
        row = self._row(ns)
        row.ended = self.now()
        self._over.add(row.parent)
        own = own_writes(writes)
        row.result = result_of(own)
        if is_interrupted:
            row.status = "interrupted"
        elif error is not None:
            row.status = "timeout" if _type_of(error) == "NodeTimeoutError" else "failed"
            row.error = {"type": _type_of(error), "message": self.redact(error_text(error))}
        elif row.status is None:
            row.status = "ok" if row.started is not None else "cached"
        self.reusable.add(row, own, self._around(row))
        self._end(ns, row)

    def use(self, ns: str, models: Sequence[str], usage: tuple[int, int] | None) -> None:
        """A model call of this task is over; `usage` is its input and output tokens, if known.

        `models` are the names it goes by; the first with a price counts.
        """
        row = self._row(ns)
        if usage is None:
            self.warn(f"{row.id}: the token usage of {models[0]} is unknown")
            row.usage.add(Usage(None, None, None, calls=1))
            return
        price = next((self._prices[name] for name in models if name in self._prices), None)
        if price is None:
            self.warn(f"no price is set for the model {models[0]} (FANJOIN_PRICES)")
            row.usage.add(Usage(*usage, cost=None, calls=1))
            return
        dollars = (usage[0] * price.input + usage[1] * price.output) / 1_000_000
        row.usage.add(Usage(*usage, cost=float(dollars), calls=1))

    def warn(self, warning: str) -> None:
        self._warnings[warning] = None

    def name_of(self, ns: str) -> tuple[str, int]:
        """Return the id of a task's row, and its current attempt."""
        row = self._row(ns)
        return row.id, max(row.attempts, 1)

    @property
    def rows(self) -> list[Row]:
        """The rows so far, in the order in which they were first seen."""
        return list(self._rows.values())

    def close(self, *, has_ended: bool) -> dict[str, Any]:
        """End the rows that are still open, innermost first, and return the report.

        `has_ended` when the graph came to its own end, whatever was missing there.
        """
        for ns, row in reversed(list(self._rows.items())):
            if row.ended is None:
                row.ended = self.now()
                row.status = row.status or _status_without_end(row, has_ended=has_ended)
                self._end(ns, row)
        if has_ended and not self._is_restored:  # joins before the crash have no row
            ran = {row.path[0] for row in self._rows.values()}
            for warning in joins_that_never_ran(self._shape, ran):
                self.warn(warning)
        for warning in self.waiting.warnings():
            self.warn(warning)
        rows = self.rows
        is_degraded = any(map(self._is_bad, rows))
        return summarize(rows, self.now(), is_degraded=is_degraded, warnings=list(self._warnings))

    def _row(self, ns: str) -> Row:
        row = self._rows.get(ns)
        if row is None:
            row = self._rows[ns] = self._new_row(ns)
        return row

    def _new_row(self, ns: str) -> Row:
        path, parent = path_of(ns), ns.rpartition("|")[0]
        row = Row(self._next_id(ns), path, self._shape.kind(path), parent)
        if outer := self._outer(parent):
            outer.has_inner_rows = True
            row.attempt_around = outer.attempts
        return row

    def _next_id(self, ns: str) -> str:
        path = path_of(ns)
        self._times_run[path] += 1
        times = self._times_run[path]
        return "/".join(path) + (f"#{times}" if times > 1 else "")

    def _outer(self, parent: str) -> Row | None:
        """Return the row whose sub-graph this namespace is."""
        while parent and parent not in self._rows:
            parent = parent.rpartition("|")[0]
        return self._rows.get(parent)

    def _around(self, row: Row) -> Iterator[Row]:
        """Yield the rows whose sub-graphs a row ran in, the innermost first."""
        while (outer := self._outer(row.parent)) is not None:
            yield outer
            row = outer

    def _end(self, ns: str, row: Row) -> None:
        """Count a row's usage in the row it ran inside, and emit its end."""
        if outer := self._outer(row.parent):
            outer.usage.add(row.usage)
        if row.kind != "join":
            self._emit("branch_finished", {**row.as_json(), "ns": ns}, ns)

    def _is_bad(self, row: Row) -> bool:
        """Whether a row degrades the run.

        Inside a sub-graph that came out well only an optional branch does, whose part is missing;
        and nothing does that an attempt began after which there was another.
        """
        if row.status not in BAD:
            return False
        if (outer := self._outer(row.parent)) is None:
            return True
        if row.attempt_around < outer.attempts:
            return False
        return self._is_bad(outer) or (row.required is False and self._has_result(outer))

    def _has_result(self, row: Row) -> bool:
        """Whether what a row wrote reached the run."""
        outer = self._outer(row.parent)
        return row.status in _GOOD and (outer is None or self._has_result(outer))


def _type_of(error: Any) -> str:
    return type(error).__name__ if isinstance(error, BaseException) else "Error"


def _status_without_end(row: Row, *, has_ended: bool) -> Status:
    """The status of a task without an end: its writes were cached, or it was cut off."""
    return "cached" if has_ended and row.is_untouched else "cancelled"
