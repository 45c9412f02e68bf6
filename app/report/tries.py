"""The attempts of a row: when each began, how long it took, and why it failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.plain_json import shortened

Error = dict[str, str]
"""`type` and `message`."""

_LONGEST_REASON = 200

_MOST = 50
"""Of a row; its oldest attempts are left out beyond that."""


@dataclass(slots=True)
class Try:
    """One attempt; times in milliseconds from the run's start."""

    attempt: int
    started: float
    ended: float | None = None
    error: Error | None = None
    waited_ms: float = 0.0

    @property
    def reason(self) -> str:
        """Say how it ended."""
        if self.error is None:
            return "failed"
        return f"failed ({self.error['type']}: {shortened(self.error['message'], _LONGEST_REASON)})"

    def as_json(self) -> dict[str, Any]:
        worked = (self.ended or self.started) - self.started - self.waited_ms
        return {
            "attempt": self.attempt,
            "started_ms": round(self.started, 1),
            "duration_ms": round(max(0.0, worked), 1),
            "error": self.error,
        }


@dataclass(slots=True)
class Tries:
    """The attempts of one row that began, oldest first."""

    all: list[Try] = field(default_factory=list)

    @classmethod
    def from_json(cls, tries: Iterable[Mapping[str, Any]]) -> "Tries":
        """Return the attempts that an event of the run tells of."""
        return cls(
            [
                Try(
                    one["attempt"],
                    one["started_ms"],
                    one["started_ms"] + one["duration_ms"],
                    one["error"],
                )
                for one in tries
            ]
        )

    @property
    def last(self) -> Try | None:
        return self.all[-1] if self.all else None

    def begin(self, attempt: int, now: float) -> bool:
        """Begin an attempt; return False for one that has begun."""
        if (last := self.last) is not None:
            if last.attempt == attempt:
                return False
            self.end(now, None)
        self.all.append(Try(attempt, now))
        if len(self.all) > _MOST:
            del self.all[0]
        return True

    def restart_clock(self, now: float) -> None:
        """The last attempt begins only now: until then it waited."""
        if (last := self.last) is not None:
            last.started, last.waited_ms = now, 0.0

    def wait(self, milliseconds: float) -> None:
        """So much of the last attempt was waiting."""
        if (last := self.last) is not None:
            last.waited_ms += milliseconds

    def end(self, now: float, error: Error | None) -> None:
        """End the last attempt, unless it has ended; an error that is known stays."""
        if (last := self.last) is not None:
            last.ended = now if last.ended is None else last.ended
            last.error = last.error or error

    def ended(self, attempt: int) -> float | None:
        """Return when an attempt ended."""
        return next((one.ended for one in self.all if one.attempt == attempt), None)

    def cut_to(self, attempts: int) -> None:
        """Leave out what was no attempt of the branch, after all."""
        self.all = [one for one in self.all if one.attempt <= attempts]

    def as_json(self) -> list[dict[str, Any]]:
        return [one.as_json() for one in self.all]
