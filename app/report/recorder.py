"""The branch report: what every node of a run did, how long it took, what it cost.

Starts and usage come from LangChain's callbacks, ends and errors from LangGraph's `tasks` stream,
and what only the kit knows (outcomes, attempts) from its custom events. Any graph gets a report.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from app.graphs.shape import Path, Shape
from app.graphs.wire import own_writes
from app.redaction import Redact
from app.report.restored_rows import kept_row, path_of, place_around, told_rows
from app.report.reuse import ReusableWrites
from app.report.rows import BAD, Row, Status, Usage, result_of
from app.report.summary import add_up, silent_joins
from app.settings import Price

RowEvent = Literal["branch_started", "branch_finished", "join_started"]


class Emit(Protocol):
    """Told of each start and end, and of the place of the task that ended."""

    def __call__(self, type: RowEvent, data: dict[str, Any], place: str = "") -> None: ...


_GOOD = frozenset({"ok", "degraded", "cached"})


class Recorder:
    """Collects one run's rows as they happen, and adds them up when it is over.

    Everything is called from the event loop's thread. `emit` is told of each start and end.
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
        self._times_run: dict[Path, int] = defaultdict(int)
        self._steps: dict[str, int] = defaultdict(int)
        self._over: set[str] = set()
        """The namespaces in which a task of the current superstep has ended."""

        self._has_adopted = False
        self._warnings: dict[str, None] = {}
        self.settled = ReusableWrites()

    def begin(self, *, seconds_ago: float = 0) -> None:
        """Start the clock: the run has its slot, or had it so long ago."""
        self._began = time.monotonic() - seconds_ago

    def adopt(self, told: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Any]) -> None:
        """Take over what an earlier attempt did, which will not be done again.

        `told` are the rows it told of, by place; `kept` the writes of tasks in the step to go on
        with, of which perhaps nothing was told.
        """
        self._has_adopted = self._has_adopted or bool(told or kept)
        rows = told_rows(told, self._shape)
        for place, row in rows.items():
            self._rows[place] = row
            self._times_run[row.path] += 1
            self._steps[row.parent] = max(row.step, self._steps[row.parent])
        self._over |= {row.parent for row in rows.values()}
        self._over -= {place.rpartition("|")[0] for place in kept if place in rows}
        for place, row in rows.items():
            if row.parent and (around := place_around(place)) not in rows:
                self._row(around).has_inner_rows = True
                self._row(around).usage.add(row.usage)
        for place in kept.keys() - rows.keys():
            row = kept_row(place, self._next_id(place), kept[place], self._shape, self.now())
            row.step = self._steps[row.parent]
            self._rows[place] = row
            self._end(place, row)

    def now(self) -> float:
        """Milliseconds since the run began, on the monotonic clock."""
        return (time.monotonic() - self._began) * 1000

    def schedule(self, place: str) -> None:
        """A superstep has this task to run: the first since one ended begins a new step."""
        row = self._row(place)
        if row.scheduled is None:
            row.scheduled = self.now()
        if row.parent in self._over:
            self._over.discard(row.parent)
            self._steps[row.parent] += 1
        row.step = self._steps[row.parent]

    def take_from_cache(self, parent: str, name: str, writes: Any) -> None:
        """LangGraph had the result of a node in its cache: its task never begins and never ends."""
        for place, row in self._rows.items():
            if row.parent == parent and row.name == name and row.is_untouched:
                self.finish(place, writes, None, is_interrupted=False)

    def start(self, place: str) -> None:
        """A task's attempt begins; a further one of LangGraph's own retries counts."""
        row = self._row(place)
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

    def queue(self, place: str) -> None:
        """A branch has begun, and waits for a slot among its siblings."""
        self._row(place).is_queued = True

    def attempt(self, place: str, branch: str, number: int) -> None:
        """The kit begins an attempt of a branch; time spent waiting for a slot is no work."""
        row = self._row(place)
        row.label, row.attempts = branch, number
        if row.is_queued:
            row.is_queued, row.started = False, self.now()

    def settle(self, place: str, outcome: Mapping[str, Any]) -> None:
        """The kit says how a branch ended."""
        row = self._row(place)
        row.status = outcome["status"]
        row.required = outcome["required"]
        row.attempts = outcome["attempts"]
        row.label = outcome["branch"]
        row.reuse_key = outcome.get("key")
        if (error := outcome["error"]) is not None:
            row.error = {"type": error["type"], "message": self.redact(error["message"])}

    def finish(self, place: str, writes: Any, error: Any, *, is_interrupted: bool) -> None:
        """LangGraph says that a task is over."""
        row = self._row(place)
        row.ended = self.now()
        self._over.add(row.parent)
        own = own_writes(writes)
        row.result = result_of(own)
        if is_interrupted:
            row.status = "interrupted"
        elif error is not None:
            row.status = "timeout" if _type_of(error) == "NodeTimeoutError" else "failed"
            row.error = {"type": _type_of(error), "message": self.redact(str(error))}
        elif row.status is None:
            row.status = "ok" if row.started is not None else "cached"
        self.settled.take(row, own, self._around(row))
        self._end(place, row)

    def use(self, place: str, models: Sequence[str], usage: tuple[int, int] | None) -> None:
        """A model call of this task is over; `usage` is its input and output tokens, if known.

        `models` are the names it goes by; the first with a price counts.
        """
        row = self._row(place)
        if usage is None:
            self.warn(f"{row.id}: it is not known how many tokens {models[0]} used")
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

    def name_of(self, place: str) -> tuple[str, int]:
        """Return the id of the row at a place, and its current attempt."""
        row = self._row(place)
        return row.id, max(row.attempts, 1)

    @property
    def rows(self) -> list[Row]:
        """The rows so far, in the order in which they were first heard of."""
        return list(self._rows.values())

    def close(self, *, has_ended: bool) -> dict[str, Any]:
        """End the rows that are still open, innermost first, and return the report.

        `has_ended` when the graph came to its own end, whatever was missing there.
        """
        for place, row in reversed(list(self._rows.items())):
            if row.ended is None:
                row.ended = self.now()
                row.status = row.status or _unheard_of(row, has_ended=has_ended)
                self._end(place, row)
        if has_ended and not self._has_adopted:  # of joins before the crash nothing was told
            ran = {row.path[0] for row in self._rows.values()}
            for warning in silent_joins(self._shape, ran):
                self.warn(warning)
        rows = self.rows
        is_degraded = any(map(self._is_bad, rows))
        return add_up(rows, self.now(), is_degraded=is_degraded, warnings=list(self._warnings))

    def _row(self, place: str) -> Row:
        row = self._rows.get(place)
        if row is None:
            row = self._rows[place] = self._new_row(place)
        return row

    def _new_row(self, place: str) -> Row:
        path, parent = path_of(place), place.rpartition("|")[0]
        row = Row(self._next_id(place), path, self._shape.kind(path), parent)
        if outer := self._outer(parent):
            outer.has_inner_rows = True
            row.attempt_around = outer.attempts
        return row

    def _next_id(self, place: str) -> str:
        path = path_of(place)
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

    def _end(self, place: str, row: Row) -> None:
        """Count a row's usage in the row it ran inside, and tell of its end."""
        if outer := self._outer(row.parent):
            outer.usage.add(row.usage)
        if row.kind != "join":
            self._emit("branch_finished", {**row.as_json(), "ns": place}, place)

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


def _unheard_of(row: Row, *, has_ended: bool) -> Status:
    """What became of a task whose end was not told: its writes were there, or it was cut off."""
    return "cached" if has_ended and row.is_untouched else "cancelled"
