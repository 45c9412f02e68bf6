"""Every failure a caller can see: its status, and in its docstring its title (RFC 9457).

ServiceError
├── ForeignHost                 400
├── Unauthorized                401
├── CrossSite                   403
├── GraphNotFound, RunNotFound  404
├── ThreadNotFound              404
├── CronNotFound                404
├── CheckpointNotFound          404
├── FileNotInOutput             404
├── ThreadBusy, RunNotOver      409
├── ThreadExists                409
├── CannotResume, CannotRetry   409
├── EventsGone                  410
├── InvalidInput, KeyReused     422
├── TooManyCrons                422
├── Busy
│   ├── TooManyRuns             429 with Retry-After
│   ├── Stopping                503 with Retry-After
│   ├── ThreadsStuck            503 with Retry-After
│   ├── StorageUnavailable      503 with Retry-After
│   ├── ClockBehind             503 with Retry-After
│   ├── IssuerUnavailable       503 with Retry-After
│   └── ModelUnavailable        503 with Retry-After, or the service does not start
├── Unreadable
│   ├── UnreadableRun           500
│   ├── UnreadableState         500
│   ├── UnreadableThread        500
│   └── UnreadableCron          500
├── AmbiguousKeys               502
├── GraphExcluded               503
├── UnstorableValue             502
├── RunError
│   ├── NeedsThread             422
│   ├── RunCancelled            499
│   ├── RunStateUnreadable      500
│   ├── RunFailed               502
│   ├── RunStateUnavailable     503
│   └── RunTimedOut             504
├── InvalidGraphs               the service does not start
├── AlreadyServed               the service does not start
└── BehindMigrations            the service does not start
    └── NewerTables             the service does not start
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Self

from app.problem_texts import cut_detail, cut_problems


class ServiceError(Exception):
    """This service could not do what was requested."""

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.fields = fields
        """What the problem body says besides title and detail."""

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's headers say."""
        return {}


class ForeignHost(ServiceError):
    """The request is for another host."""

    status = HTTPStatus.BAD_REQUEST


class Unauthorized(ServiceError):
    """A valid API key or token is required."""

    status = HTTPStatus.UNAUTHORIZED

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class CrossSite(ServiceError):
    """A page of another site sent the request."""

    status = HTTPStatus.FORBIDDEN


class GraphNotFound(ServiceError):
    """No graph has this id."""

    status = HTTPStatus.NOT_FOUND


class GraphExcluded(ServiceError):
    """The graph is in langgraph.json and cannot be served."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class RunNotFound(ServiceError):
    """No stored run has this id."""

    status = HTTPStatus.NOT_FOUND


class ThreadNotFound(ServiceError):
    """No thread has this id."""

    status = HTTPStatus.NOT_FOUND


class CronNotFound(ServiceError):
    """No cron has this id."""

    status = HTTPStatus.NOT_FOUND


class CheckpointNotFound(ServiceError):
    """The thread has no checkpoint of this id."""

    status = HTTPStatus.NOT_FOUND


class RunNotOver(ServiceError):
    """The run is still running."""

    status = HTTPStatus.CONFLICT


class CannotResume(ServiceError):
    """The run waits for no answer."""

    status = HTTPStatus.CONFLICT


class FileNotInOutput(ServiceError):
    """The output has no such file."""

    status = HTTPStatus.NOT_FOUND


class CannotRetry(ServiceError):
    """There is nothing to run again."""

    status = HTTPStatus.CONFLICT


class ThreadBusy(ServiceError):
    """Another run is using this thread."""

    status = HTTPStatus.CONFLICT


class ThreadExists(ServiceError):
    """There is a thread of this id already."""

    status = HTTPStatus.CONFLICT


class EventsGone(ServiceError):
    """The run's events have been deleted."""

    status = HTTPStatus.GONE


class KeyReused(ServiceError):
    """The Idempotency-Key was already used with another request."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyCrons(ServiceError):
    """The owner has as many crons as allowed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class InvalidInput(ServiceError):
    """The request does not fit the graph's schema."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problems: Sequence[dict[str, Any]], *, left_out: int = 0) -> None:
        """Name what is wrong, and how many more places are that `problems` leaves out."""
        self.problems = cut_problems(problems, left_out)
        said = "; ".join(f"{p['place']}: {p['message']}" for p in self.problems)
        super().__init__(said, errors=self.problems)

    @classmethod
    def at(cls, place: str, message: str, **shown: str) -> Self:
        """Return the error of one place; `given` among the rest is what was sent there."""
        return cls([{"place": place, "message": message, **shown}])


class Busy(ServiceError):
    """The service takes no run now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, message: str, *, retry_after: int = 5, **fields: Any) -> None:
        super().__init__(message, **fields)
        self._retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self._retry_after)}


class TooManyRuns(Busy):
    """Too many runs are running or waiting."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class Stopping(Busy):
    """The service is stopping."""


class ThreadsStuck(Busy):
    """Calls that do not return hold every thread of the graphs."""


class StorageUnavailable(Busy):
    """The database is unavailable."""

    def __init__(self, reason: str, *, retry_after: int = 2, **fields: Any) -> None:
        super().__init__(reason, retry_after=retry_after, **fields)
        self.reason = reason


class ClockBehind(Busy):
    """The clock of this machine is behind what is stored."""


class IssuerUnavailable(Busy):
    """The issuer of the tokens does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class ModelUnavailable(Busy):
    """No chat model can be offered."""


class Unreadable(ServiceError):
    """Something stored cannot be read; it can be deleted."""

    def __init__(self, thing: str, reason: str) -> None:
        super().__init__(f"{thing} is stored, and cannot be read: {reason}")


class UnreadableRun(Unreadable):
    """The stored run cannot be read."""


class UnreadableThread(Unreadable):
    """The stored thread cannot be read."""


class UnreadableCron(Unreadable):
    """The stored cron cannot be read."""


class UnreadableState(Unreadable):
    """The stored state of the thread cannot be read."""


class AmbiguousKeys(ServiceError, ValueError):
    """A dict has keys that would become one key in JSON."""

    status = HTTPStatus.BAD_GATEWAY


class UnstorableValue(ServiceError):
    """The state of a run holds a value that no checkpoint can."""

    status = HTTPStatus.BAD_GATEWAY

    def __init__(self, message: str, *, key: str, node: str | None) -> None:
        super().__init__(message)
        self.key = key
        self.node = node


class RunError(ServiceError):
    """A run has no output."""


class NeedsThread(RunError):
    """The run paused, and it is on no thread to be resumed on."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class RunFailed(RunError):
    """A branch, the join or a node failed."""

    status = HTTPStatus.BAD_GATEWAY


class RunStateUnreadable(RunError):
    """The stored state that the run continues from cannot be read."""


class RunStateUnavailable(RunError):
    """The run's state cannot be read or stored now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}


class RunTimedOut(RunError):
    """The run took longer than it may."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class RunCancelled(RunError):
    """The run was cancelled."""

    status = 499


class InvalidGraphs(ServiceError):
    """langgraph.json does not lead to usable graphs."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class AlreadyServed(ServiceError):
    """Another process serves from this database."""


class BehindMigrations(ServiceError):
    """The database's tables are not those of this version."""


class NewerTables(BehindMigrations):
    """The database's tables are those of a newer version."""


def problem_of(error: ServiceError) -> dict[str, Any]:
    """Return the problem body of an error (RFC 9457)."""
    kind = type(error)
    dashed = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("-")
    return {
        "type": f"urn:fanjoin:{dashed}",
        "title": (kind.__doc__ or "").rstrip("."),
        "status": int(kind.status),
        "detail": cut_detail(str(error)),
        **error.fields,
    }
