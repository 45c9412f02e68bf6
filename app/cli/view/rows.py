"""A branch, a node or a join, from its declaration to its row in the report."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.cli.view.measures import as_time, one_line

_KIND_ORDER = {"node": 0, "branch": 1, "join": 2}

_REMEMBERED_TEXT = 200

_WORTH_TELLING_MS = 100

_ROUNDING_MS = 0.2


@dataclass
class Row:
    """One row of the live view."""

    name: str
    kind: str
    order: int
    """Its place among the rows as they became known."""

    row_id: str | None = None
    """Its id in the report; None while it is only declared."""

    parent: str | None = None
    """The id of the row it ran in."""

    depth: int = 0
    """How many rows it stands under in the tree."""

    called: str = ""
    """What the graph calls the item, or the tool."""

    status: str = "waiting"
    attempts: int = 1
    queued_ms: float = 0.0
    started_ms: float = 0.0
    duration_ms: float = 0.0
    tokens: dict[str, int] | None = None
    error: dict[str, Any] | None = None
    text: str = field(default="", repr=False)
    """The newest of what its model wrote."""

    @property
    def is_running(self) -> bool:
        return self.status == "running"

    @property
    def label(self) -> str:
        """The id if there is one, which distinguishes rows of one name."""
        return one_line(self.row_id or self.name)

    @property
    def label_in_tree(self) -> str:
        """Its name under the row it ran in, with what the graph calls it."""
        own = self.label
        if self.depth and self.parent is not None:
            own = own.removeprefix(f"{one_line(self.parent)}/")
        return f"{'  ' * self.depth}{own} {self.called}".rstrip()

    @property
    def has_started(self) -> bool:
        return self.status not in {"waiting", "skipped", "not run"}

    @property
    def is_over(self) -> bool:
        return self.status not in {"waiting", "running"}

    def take_place(self, event: dict[str, Any]) -> None:
        """Learn which row of the report it is, and where it stands."""
        self.row_id, self.name = event["id"], event["name"]
        self.parent = event.get("parent")
        self.called = one_line(event.get("label") or "")

    def try_again(self, event: dict[str, Any]) -> None:
        """A further attempt begins; what the one before wrote is of no use."""
        self.attempts, self.text = event.get("attempt") or self.attempts, ""

    def start(self, event: dict[str, Any]) -> None:
        if self.is_over:
            return
        if self.status == "waiting":
            self.status = "running"
            self.started_ms = event.get("started_ms") or 0.0
            self.queued_ms = event.get("queued_ms") or 0.0
        self.attempts = event.get("attempt") or 1

    def add_text(self, event: dict[str, Any]) -> None:
        attempt = event.get("attempt") or 1
        if attempt != self.attempts:
            self.attempts, self.text = attempt, ""
        self.text = (self.text + str(event.get("text", "")))[-_REMEMBERED_TEXT:]

    def finish(self, reported: dict[str, Any]) -> None:
        """Take over what the report says, whatever was seen before."""
        self.kind = reported.get("kind") or self.kind
        self.status = reported.get("status") or "unfinished"
        self.attempts = reported.get("attempts") or self.attempts
        self.queued_ms = reported.get("queued_ms") or 0.0
        self.started_ms = reported.get("started_ms") or 0.0
        self.duration_ms = reported.get("duration_ms") or 0.0
        self.called = one_line(reported.get("label") or self.called)
        self.tokens = reported.get("tokens")
        self.error = reported.get("error")

    def close(self) -> None:
        """The run is over: what has not ended by now never will."""
        if not self.is_over:
            self.status = "unfinished" if self.is_running else "not run"

    def elapsed_ms(self, now_ms: float) -> float:
        return max(0.0, now_ms - self.started_ms) if self.is_running else self.duration_ms

    def remarks(self) -> list[str]:
        """What else there is to say of it, the gravest first."""
        remarks = []
        if self.status not in {"running", "ok"}:
            remarks.append(self.status)
        if self.attempts > 1:
            remarks.append(
                f"attempt {self.attempts}" if self.is_running else f"{self.attempts} attempts"
            )
        if self.queued_ms >= _WORTH_TELLING_MS:
            remarks.append(f"queued {as_time(self.queued_ms)}")
        if written := (self.tokens or {}).get("output"):
            remarks.append(f"{written:,} tokens")
        if self.error is not None:
            remarks.append(self.error_line)
        return remarks

    @property
    def error_line(self) -> str:
        error = self.error or {}
        return ": ".join(
            one_line(str(error[part])) for part in ("type", "message") if error.get(part)
        )


def node_of(data: dict[str, Any]) -> str:
    """Return the name of a row's node: that of an item has its index behind it."""
    name: str = data["name"]
    return name if data.get("item") is None else name.removesuffix(f"[{data['item']}]")


def in_order_of_work(rows: Sequence[Row]) -> list[Row]:
    """Sort rows as the work went, each followed by what ran inside it."""
    known = {row.row_id for row in rows}
    inside: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        inside[row.parent if row.parent in known else None].append(row)
    return list(_tree(inside, None, 0))


def _tree(inside: dict[str | None, list[Row]], parent: str | None, depth: int) -> Iterator[Row]:
    for row in _by_stage(inside.get(parent, [])):
        row.depth = depth
        yield row
        if row.row_id is not None:
            yield from _tree(inside, row.row_id, depth + 1)


def _by_stage(rows: Sequence[Row]) -> list[Row]:
    """Sort nodes before the branches they lead to, branches before their join, then what follows.

    The times decide, so that it does not matter in which order the rows became known; within one
    stage it is the order of declaration.
    """
    marks = [row.started_ms for row in rows if row.kind == "join" and row.has_started]
    marks += [
        row.started_ms + row.duration_ms - _ROUNDING_MS
        for row in rows
        if row.kind == "node" and row.is_over
    ]

    def place(row: Row) -> tuple[int, int, int]:
        passed = sum(mark < row.started_ms for mark in marks) if row.has_started else len(marks)
        return passed, _KIND_ORDER.get(row.kind, 0), row.order

    return sorted(rows, key=place)
