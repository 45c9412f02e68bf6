"""Crons as callers change and read them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from app.api.fields import JsonBody, Metadata
from app.api.typed.schemas.run_config import RunConfig
from app.api.typed.schemas.run_options import (
    DeadlineField,
    EndField,
    MissedField,
    PausedField,
    ScheduleField,
    ZoneField,
)
from app.crons.cron import Cron, Missed
from app.errors import InvalidInput
from app.graphs.registry import GraphEntry
from app.runs.request import RunRequest

_SAME_NAME = {"schedule", "timezone", "missed", "end_at", "metadata"}

_REQUEST = {"input", "context", "config", "deadline_ms", "cache", "stream_tokens"}


def _as_patch(schema: dict[str, Any]) -> None:
    """Show no defaults: what is left out stays as it is."""
    schema["examples"] = [{"paused": True}]
    for field in schema["properties"].values():
        field.pop("default", None)


class CronPatch(JsonBody):
    """What to change of a cron; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=_as_patch)

    schedule: ScheduleField = ""
    timezone: ZoneField = ""
    missed: MissedField = Missed.ONCE
    paused: PausedField = False
    end_at: EndField = None
    metadata: Metadata = Field(default_factory=dict, description="Replaces the labels of the runs.")
    input: Any = Field(default=None, description="Checked against the graph's schema.")
    context: Any = None
    config: RunConfig | None = None
    deadline_ms: DeadlineField = None
    cache: Literal["use", "bypass"] = "use"
    stream_tokens: bool = False

    @property
    def changes_request(self) -> bool:
        return bool(_REQUEST & self.model_fields_set)


class Tick(BaseModel):
    """One moment, in UTC and as the clocks of the cron's zone show it."""

    utc: datetime
    local: datetime


class CronSummary(BaseModel):
    """A cron in a list."""

    cron_id: str
    graph_id: str
    thread_id: str | None
    schedule: str
    timezone: str
    missed: Missed
    paused: bool
    next_at: datetime | None = Field(
        description="The tick it waits for; null where it is paused, or no more is to come."
    )
    end_at: datetime | None
    last_tick_at: datetime | None = Field(description="The latest tick that ran.")
    last_run_id: str | None
    problem: str | None = Field(
        description="Why it cannot run, or why its latest tick did not: the graph is not served."
    )
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    unreadable: str | None = Field(
        default=None,
        description="Why the stored cron cannot be read; its fields hold what can be read of it.",
    )


class CronRead(CronSummary):
    """A cron, the request of its runs, and its next ticks."""

    next: list[Tick] = Field(description="The next five ticks; none while it is paused.")
    request: dict[str, Any] = Field(description="What each run requests; secrets are masked.")


def to_cron(cron_id: str, entry: GraphEntry, body: Any, request: RunRequest) -> Cron:
    """Return the cron that a body describes, with the request that the graph has accepted."""
    key = request.idempotency_key
    return Cron(
        id=cron_id,
        owner=request.owner,
        graph_id=entry.id,
        schedule=body.schedule,
        timezone=body.timezone,
        request=_without_deadline(request).as_json(),
        thread_id=request.thread_id,
        missed=body.missed,
        is_paused=body.paused,
        end_at=body.end_at,
        metadata=request.metadata,
        idempotency_key=None if key is None else key.value,
        request_hash=None if key is None else key.request_hash,
    )


def patched(cron: Cron, body: CronPatch, request: dict[str, Any]) -> Cron:
    """Return a cron with what a body changes; `request` holds what it changes of the request."""
    changes = {name: getattr(body, name) for name in _SAME_NAME & body.model_fields_set}
    if "paused" in body.model_fields_set:
        changes["is_paused"] = body.paused
    if request:
        stored = replace(RunRequest.from_json(cron.request), **request)
        changes["request"] = stored.as_json()
    return replace(cron, **changes)


def to_request_changes(cron: Cron, body: CronPatch, entry: GraphEntry) -> dict[str, Any]:
    """Return what a body changes of the request of a cron's runs.

    Raises:
        InvalidInput: the graph does not take the input, the context or the config.
    """
    sent = body.model_fields_set
    changes: dict[str, Any] = {"secret_keys": entry.secret_keys}
    if "input" in sent:
        is_on_thread = cron.thread_id is not None
        if body.input is None and not is_on_thread:
            raise InvalidInput.at("input", "null continues a thread, and the cron is on none")
        accepted = entry.input.accept(body.input, is_on_thread=is_on_thread)
        changes["graph_input"] = None if body.input is None else accepted
    if "context" in sent:
        changes["context"] = None if entry.context is None else entry.context.accept(body.context)
    if "config" in sent:
        changes["config"] = None if body.config is None else body.config.as_json()
    if "deadline_ms" in sent:
        changes["deadline_ms"] = body.deadline_ms
    if "cache" in sent:
        changes["bypasses_cache"] = body.cache == "bypass"
    if "stream_tokens" in sent:
        changes["wants_tokens"] = body.stream_tokens
    return changes


def to_cron_summary(cron: Cron, problem: str | None) -> CronSummary:
    return CronSummary(**_fields(cron, problem))


def to_cron_read(cron: Cron, problem: str | None, ticks: Sequence[datetime]) -> CronRead:
    request = RunRequest.from_json(cron.request)
    zone = ZoneInfo(cron.timezone) if ticks else None
    return CronRead(
        **_fields(cron, problem),
        next=[Tick(utc=tick, local=tick.astimezone(zone)) for tick in ticks],
        request={**request.shown(), **_options(request)},
    )


def _options(request: RunRequest) -> dict[str, Any]:
    return {
        "deadline_ms": request.deadline_ms,
        "cache": "bypass" if request.bypasses_cache else "use",
        "stream_tokens": request.wants_tokens,
        "checkpoint_id": request.checkpoint_id,
    }


def _fields(cron: Cron, problem: str | None) -> dict[str, Any]:
    return {
        "cron_id": cron.id,
        "graph_id": cron.graph_id,
        "thread_id": cron.thread_id,
        "schedule": cron.schedule,
        "timezone": cron.timezone,
        "missed": cron.missed,
        "paused": cron.is_paused,
        "next_at": cron.next_at,
        "end_at": cron.end_at,
        "last_tick_at": cron.last_tick_at,
        "last_run_id": cron.last_run_id,
        "problem": problem,
        "metadata": dict(cron.metadata),
        "created_at": cron.created_at,
        "updated_at": cron.updated_at,
        "unreadable": cron.unreadable,
    }


def _without_deadline(request: RunRequest) -> RunRequest:
    """Each run has a deadline of its own, so many milliseconds after its start."""
    return replace(request, deadline=None)
