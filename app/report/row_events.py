"""What the followers of a run hear of its rows, while they happen."""

from typing import Any, Literal, Protocol

from app.report.rows import Row

RowEvent = Literal[
    "branch_queued",
    "branch_started",
    "branch_attempt",
    "branch_finished",
    "join_started",
    "join_finished",
]


class Emit(Protocol):
    """Called for each event of each row; `ns` is the checkpoint_ns of the task that ended."""

    def __call__(self, type: RowEvent, data: dict[str, Any], ns: str = "") -> None: ...


class RowEvents:
    """Emits the events of rows; those of a branch and of a join differ in their names."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    def queued(self, row: Row) -> None:
        """A row was scheduled; a join starts at once."""
        if row.kind != "join":
            queued_at = round(row.scheduled or 0.0, 1)
            self._emit("branch_queued", {**row.place_as_json(), "queued_at_ms": queued_at})

    def started(self, row: Row) -> None:
        """The work of a row began; what was told, or has not begun, is not told again."""
        if row.started is None or row.is_announced:
            return
        row.is_announced = True
        known = {**row.place_as_json(), "started_ms": round(row.started, 1)}
        if row.kind == "join":
            self._emit("join_started", known)
        else:
            queued = {"queued_ms": round(row.queued_ms, 1), "attempt": row.attempts}
            self._emit("branch_started", {**known, **queued})

    def attempt(self, row: Row) -> None:
        """A further attempt began."""
        *_, before, current = row.tries.all
        known = {"id": row.id, "attempt": current.attempt, "error": before.error}
        self._emit("branch_attempt", {**known, "started_ms": round(current.started, 1)})

    def ended(self, row: Row) -> None:
        event: RowEvent = "join_finished" if row.kind == "join" else "branch_finished"
        self._emit(event, {**row.as_json(), "ns": row.ns, **row.reuse_as_json()}, row.ns)
