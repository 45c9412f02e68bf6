"""The branch report: what every node of a run did, how long it took, what it cost.

Starts and usage come from LangChain's callbacks, ends and errors from LangGraph's `tasks` stream,
and what only the kit knows (outcomes, attempts) from its custom events. Any graph gets a report.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from app.events import EventType
from app.rows import Row, Usage, result_of
from app.runs import RunFailure
from app.settings import Price
from app.shape import Path, Shape

Emit = Callable[[EventType, dict[str, Any]], None]

_BAD = frozenset({"degraded", "failed", "timeout"})


class Recorder:
    """Collects one run's rows as they happen, and adds them up when it is over.

    Everything is called from the event loop's thread. `emit` is told of each start and end.
    """

    def __init__(self, shape: Shape, prices: Mapping[str, Price], emit: Emit) -> None:
        self._shape = shape
        self._prices = prices
        self._emit = emit
        self._began = time.monotonic()
        self._rows: dict[str, Row] = {}
        self._times_run: dict[Path, int] = defaultdict(int)
        self._steps: dict[str, int] = defaultdict(int)
        self._is_step_over: dict[str, bool] = {}
        self._warnings: dict[str, None] = {}

    def now(self) -> float:
        """Milliseconds since the run began, on the monotonic clock."""
        return (time.monotonic() - self._began) * 1000

    def schedule(self, place: str) -> None:
        """A superstep has this task to run."""
        row = self._row(place)
        if row.scheduled is None:
            row.scheduled = self.now()
        if self._is_step_over.get(row.parent, True):
            self._steps[row.parent] += 1
            self._is_step_over[row.parent] = False
        row.step = self._steps[row.parent]

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

    def attempt(self, place: str, number: int) -> None:
        """The kit begins an attempt of a branch."""
        self._row(place).attempts = number

    def settle(self, place: str, outcome: Mapping[str, Any]) -> None:
        """The kit says how a branch ended."""
        row = self._row(place)
        row.status = outcome["status"]
        row.required = outcome["required"]
        row.attempts = outcome["attempts"]
        row.error = outcome["error"]

    def finish(self, place: str, writes: Any, error: Any, *, is_interrupted: bool) -> None:
        """LangGraph says that a task is over."""
        row = self._row(place)
        self._is_step_over[row.parent] = True
        row.ended = self.now()
        row.result = result_of(writes)
        if is_interrupted:
            row.status = "interrupted"
        elif error is not None:
            row.status = "timeout" if _type_of(error) == "NodeTimeoutError" else "failed"
            row.error = {"type": _type_of(error), "message": str(error)[:500]}
        elif row.status is None:
            row.status = "ok" if row.started is not None else "cached"
        self._emit_end(row)

    def use(self, place: str, model: str, usage: tuple[int, int] | None) -> None:
        """A model call of this task is over; `usage` is its input and output tokens, if known."""
        row = self._row(place)
        if usage is None:
            self.warn(f"{row.id}: {model} did not say how many tokens it used")
            row.usage.add(Usage(None, None, None, calls=1))
            return
        price = self._prices.get(model)
        if price is None:
            self.warn(f"no price is set for the model {model} (FANJOIN_PRICES)")
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

    def failure(self, error: BaseException) -> RunFailure:
        """Say which branch or node failed the run, and why."""
        rows = list(self._rows.values())
        causes = [row for row in rows if row.required and row.status in ("failed", "timeout")]
        causes = causes or [row for row in rows if row.status == "failed"]
        kind, message = type(error).__name__, str(error)
        if not causes:
            return RunFailure(kind, message)
        cause = max(causes, key=lambda row: (len(row.path), -(row.ended or 0.0)))
        if cause.required and cause.error is not None:
            kind, message = cause.error["type"], cause.error["message"]
        return RunFailure(kind, message, cause.id)

    def writers_of(self, key: str) -> list[str]:
        """Return the ids of the rows that wrote a state key in the last superstep there was."""
        last = max((row.step for row in self._rows.values()), default=0)
        return [
            row.id
            for row in self._rows.values()
            if row.step == last and isinstance(row.result, dict) and key in row.result
        ]

    def close(self) -> dict[str, Any]:
        """End the rows that are still open and return the report."""
        for row in self._rows.values():
            if row.status is None or (row.started is not None and row.ended is None):
                row.ended = self.now()
                row.status = row.status or "cancelled"
                self._emit_end(row)
        self._warn_of_silent_joins()
        return self._add_up(self.now())

    def _row(self, place: str) -> Row:
        row = self._rows.get(place)
        if row is None:
            row = self._rows[place] = self._new_row(place)
        return row

    def _new_row(self, place: str) -> Row:
        segments = [part for part in place.split("|") if not part.isdigit()]
        path = tuple(segment.rpartition(":")[0] or segment for segment in segments)
        parent = place.rpartition("|")[0]
        self._times_run[path] += 1
        times = self._times_run[path]
        row_id = "/".join(path) + (f"#{times}" if times > 1 else "")
        if outer := self._outer(parent):
            outer.has_inner_rows = True
        return Row(id=row_id, path=path, kind=self._shape.kind(path), parent=parent)

    def _outer(self, parent: str) -> Row | None:
        """Return the row of the node whose sub-graph this namespace is."""
        while parent and parent not in self._rows:
            parent = parent.rpartition("|")[0]
        return self._rows.get(parent)

    def _emit_end(self, row: Row) -> None:
        if row.kind != "join":
            self._emit("branch_finished", row.as_json())

    def _warn_of_silent_joins(self) -> None:
        ran = {row.path[0] for row in self._rows.values()}
        for awaited, join in self._shape.list_joins:
            if awaited & ran and join not in ran:
                missing = ", ".join(sorted(awaited - ran)) or "one of them"
                self.warn(
                    f"{join} waited for {', '.join(sorted(awaited))} and never ran, because "
                    f"{missing} did not finish: give each its own edge to {join}"
                )

    def _add_up(self, wall: float) -> dict[str, Any]:
        rows = list(self._rows.values())
        total = Usage()
        for row in rows:
            total.add(row.usage)
        for row in reversed(rows):
            if outer := self._outer(row.parent):
                outer.usage.add(row.usage)
        work = sum(row.duration_ms for row in rows if not row.has_inner_rows)
        by_step: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in rows:
            by_step[row.parent, row.step].append(row)
        side_by_side = [group for group in by_step.values() if len(group) > 1]
        for group in side_by_side:
            for row in group:
                row.kind = "branch" if row.kind == "node" else row.kind
        longest = {
            key: max(group, key=lambda row: row.ended or 0.0)
            for key, group in by_step.items()
            if key[0] == ""
        }
        return {
            "wall_ms": round(wall, 1),
            "sum_ms": round(work, 1),
            "speedup": round(work / wall, 2) if side_by_side and wall else 1.0,
            "critical_path": [longest[key].id for key in sorted(longest)],
            "degraded": any(row.status in _BAD for row in rows),
            "warnings": list(self._warnings),
            "tokens": total.tokens,
            "cost_usd": total.cost,
            "branches": [row.as_json() for row in rows],
        }


def _type_of(error: Any) -> str:
    return type(error).__name__ if isinstance(error, BaseException) else "Error"
