"""What is requested of a graph, as a run holds it and as the database stores it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from app.graphs.contracts import masked


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key, and the hash of what another request with this key must equal."""

    value: str
    request_hash: str

    def of_run(self) -> "IdempotencyKey":
        return replace(self, value=f"run:{self.value}")

    def of_item(self, number: int) -> "IdempotencyKey":
        """Return the key of one run of a batch; the first has the key of a single run."""
        return replace(self, value=f"batch:{number}:{self.value}") if number else self.of_run()


_OPTIONS = (
    "context",
    "config",
    "answers",
    "deadline",
    "deadline_ms",
    "wants_tokens",
    "bypasses_cache",
    "checkpoint_id",
    "secret_keys",
    "again",
)
"""What is stored of a request beside its input, and in no column of its own."""

_FORM = 2
"""The form of what is stored: since 2 it is the caller's own JSON, before it was a dump of it."""

ANY_QUESTION = "*"
"""In place of a question's id: form 1 stored answers without ids."""

_MASK = "**********"
"""What Pydantic dumps of a secret, and so what form 1 stored of it."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is to do, and for whom. Its JSON is the caller's own, and never changed."""

    graph_input: Any = None
    """The input as JSON; None to answer a question, or to continue from the thread's checkpoint."""

    answers: Mapping[str, Any] | None = None
    """Answers to questions of the thread's last run, by the question's id."""

    context: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    """LangGraph's config as the caller sent it: configurable, tags, metadata and limits."""

    secret_keys: tuple[str, ...] = ()
    """Keys of input and context, at any depth, whose values are shown to nobody."""

    thread_id: str | None = None
    checkpoint_id: str | None = None
    """Fork: continue from this checkpoint of the thread instead of its latest."""

    owner: str = ""
    """Whose run it is; empty where the service requires no key."""

    deadline: float | None = None
    """When the branches must be done, in epoch seconds."""

    deadline_ms: int | None = None
    """The same as it was sent: milliseconds from the request."""

    wants_tokens: bool = False
    bypasses_cache: bool = False
    reuse: Mapping[str, Any] = field(default_factory=dict)
    """What branches of an earlier run wrote, by the kit's key; those branches do not run again."""

    again: tuple[str, ...] = ()
    """Rows of the run before that run again though they succeeded; their caches are not read."""

    retry_of: str | None = None
    resume_of: str | None = None

    is_background: bool = False
    """Nobody waits: the run continues after a crash or a restart of the service."""

    may_wait_for_thread: bool = False
    """Where its thread is busy, a background run waits for it instead of being refused."""

    not_before: datetime | None = None
    """When a background run may begin, at the earliest."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The caller's labels, to search runs by."""

    idempotency_key: IdempotencyKey | None = None

    lacks_secrets: bool = False
    """An earlier version stored it and masked its secrets: it cannot be run again."""

    @property
    def outlives_client(self) -> bool:
        """Whether the run continues when its client disconnects."""
        return self.is_background or self.idempotency_key is not None

    @property
    def has_checkpoints(self) -> bool:
        """Whether the run's state is stored from step to step, on its thread or for recovery."""
        return self.thread_id is not None or self.is_background

    def as_json(self) -> dict[str, Any]:
        """Return what the database stores besides the columns that are searched."""
        options = {name: getattr(self, name) for name in _OPTIONS}
        stored = {name: value for name, value in options.items() if value not in (None, False, ())}
        return {"form": _FORM, "input": self.graph_input, **stored}

    def shown(self) -> dict[str, Any]:
        """Return what may be shown of the request, with its secrets masked."""
        sent = {
            "input": self.graph_input,
            "answers": self.answers,
            "context": self.context,
            "config": self.config,
        }
        present = {name: value for name, value in sent.items() if value is not None}
        return {name: masked(value, self.secret_keys) for name, value in present.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], **columns: Any) -> Self:
        """Return the request that `as_json` stored, with what stands in columns of its own.

        Options that this version does not know are ignored.
        """
        options = {name: stored[name] for name in _OPTIONS if name in stored}
        for name in ("secret_keys", "again"):
            if name in options:
                options[name] = tuple(options[name])
        if "resume" in stored:
            options["answers"] = {ANY_QUESTION: stored["resume"]}
        is_masked = stored.get("form") != _FORM and _holds_mask(stored)
        return cls(stored.get("input"), lacks_secrets=is_masked, **options, **columns)


def _holds_mask(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_holds_mask, value.values()))
        case list():
            return any(map(_holds_mask, value))
        case _:
            return bool(value == _MASK)
