"""What a client knows should be stored: of its runs and of its threads."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["plain", "asks", "fails"]

ENDS = {"success", "error", "timeout", "cancelled", "interrupted"}


@dataclass
class ExpectedThread:
    """A thread, and what its state must and may hold."""

    thread_id: str
    certain: set[str] = field(default_factory=set)
    """Entries that were acknowledged: each is there once."""

    possible: set[str] = field(default_factory=set)
    """Entries of which nothing is known: each is there once at most."""

    label: int | None = None
    """The value of its two labels, which are written together."""

    state: Literal["there", "gone", "expiring"] = "there"

    def entry_errors(self, entries: list[str]) -> list[str]:
        """Return what is wrong with the entries of its state."""
        missing = [f"{one!r} is missing" for one in self.certain - set(entries)]
        strange = [f"{one!r} is strange" for one in set(entries) - self.certain - self.possible]
        twice = [f"{one!r} is there twice" for one in set(entries) if entries.count(one) > 1]
        return [*missing, *strange, *twice]


@dataclass
class ExpectedRun:
    """A run that was accepted, or may have been."""

    name: str
    kind: Kind
    thread: ExpectedThread | None = None
    key: str | None = None
    answer: str | None = None
    """What its question was answered with, where it is a resumed run."""

    is_background: bool = True
    may_be_cancelled: bool = False
    run_id: str = ""
    status: str | None = None
    """How it ended, where that was seen."""

    attempt: int = 1
    retried_at: int | None = None
    """How many nodes had started when it was retried."""

    retried_by: "ExpectedRun | None" = None

    sent_at: float = field(default_factory=time.monotonic)

    @property
    def age_seconds(self) -> float:
        """At least how long ago it was created."""
        return time.monotonic() - self.sent_at

    @property
    def may_have_been_recovered(self) -> bool:
        return self.attempt > 1 or self.status == "pruned"

    @property
    def repeats_all(self) -> bool:
        """Whether its retry may run finished branches again: one of the two was recovered."""
        is_recovered = self.retried_by is not None and self.retried_by.may_have_been_recovered
        return is_recovered or self.may_have_been_recovered

    @property
    def entry(self) -> str:
        """What it adds to its thread's state when it succeeds."""
        return f"{self.name}:{self.answer or 'content'}"

    @property
    def body(self) -> dict[str, Any]:
        """The request that starts it."""
        thread = {} if self.thread is None else {"thread_id": self.thread.thread_id}
        pace = 0.05 if self.is_background else 0.02
        return {
            "input": {"name": self.name, "kind": self.kind, "pace": pace},
            "metadata": {"name": self.name},
            **thread,
        }


@dataclass
class Expectations:
    """Of all clients together."""

    runs: dict[str, ExpectedRun] = field(default_factory=dict)
    """By id."""

    threads: list[ExpectedThread] = field(default_factory=list)
    not_started: set[str] = field(default_factory=set)
    """Names of background runs of which no trace is stored: no node of theirs may have started."""
