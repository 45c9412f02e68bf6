"""Every failure a caller can see, and the status each becomes.

    ServiceError
    ├── GraphNotFound       404
    ├── ThreadBusy          409
    ├── InvalidInput        422
    ├── RunCancelled        499
    ├── RunFailed           502
    ├── ModelUnavailable    503, or the service does not start
    ├── RunTimedOut         504
    └── InvalidGraphs       the service does not start

The class's docstring is its title (RFC 9457).
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any


class ServiceError(Exception):
    """This service could not do what was asked."""

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def fields(self) -> dict[str, Any]:
        """What the problem body says besides title and detail."""
        return {}


class GraphNotFound(ServiceError):
    """No graph has this id."""

    status = HTTPStatus.NOT_FOUND


class ThreadBusy(ServiceError):
    """Another run is using this thread."""

    status = HTTPStatus.CONFLICT


class InvalidInput(ServiceError):
    """The request does not fit the graph's schema."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problems: Sequence[dict[str, Any]]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{p['place']}: {p['message']}" for p in self.problems))

    @property
    def fields(self) -> dict[str, Any]:
        return {"errors": self.problems}


class RunError(ServiceError):
    """A run has no output."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self._fields = fields

    @property
    def fields(self) -> dict[str, Any]:
        return self._fields


class RunFailed(RunError):
    """A branch, the join or a node failed."""

    status = HTTPStatus.BAD_GATEWAY


class RunTimedOut(RunError):
    """The run took longer than it may."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class RunCancelled(RunError):
    """The run was cancelled."""

    status = 499


class ModelUnavailable(ServiceError):
    """No chat model can be offered."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class InvalidGraphs(ServiceError):
    """langgraph.json does not lead to usable graphs."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def problem_of(error: ServiceError) -> dict[str, Any]:
    """Return the problem body of an error (RFC 9457)."""
    kind = type(error)
    dashed = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("-")
    return {
        "type": f"urn:fanjoin:{dashed}",
        "title": (kind.__doc__ or "").rstrip("."),
        "status": int(kind.status),
        "detail": str(error),
        **error.fields,
    }
