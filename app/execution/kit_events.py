"""What the kit writes to the custom stream of a run: queued, attempt, outcome (docs/wire)."""

from typing import Any

from app.execution.custom_events import CustomEvents, Written
from app.report.recorder import Recorder

_SAID_BY_THE_KIT = {
    "fanjoin.queued": frozenset[str](),
    "fanjoin.attempt": frozenset({"branch", "attempt"}),
    "fanjoin.attempt_failed": frozenset({"branch", "error"}),
    "fanjoin.outcome": frozenset({"branch", "attempts", "error", "required", "status"}),
}
"""The kit's events (docs/wire), and what each says besides."""


def record_custom(
    recorder: Recorder, custom: CustomEvents, namespace: tuple[str, ...], data: Any
) -> None:
    """Record what a node wrote to the custom stream: the kit's events, or the author's own."""
    wrote = data if isinstance(data, Written) else Written("|".join(namespace), data)
    if wrote.name is None and _is_of_the_kit(wrote.ns, wrote.value):
        _record_event(recorder, wrote.value)
    else:
        custom.write(wrote.ns, wrote.value, wrote.name)


def _is_of_the_kit(ns: str, value: Any) -> bool:
    """Whether a value is an event of the kit: it names the very task that wrote it."""
    if type(value) is not dict or value.get("ns") != ns:
        return False
    says = _SAID_BY_THE_KIT.get(value["event"]) if type(value.get("event")) is str else None
    return says is not None and says <= value.keys()


def _record_event(recorder: Recorder, data: dict[str, Any]) -> None:
    match data["event"]:
        case "fanjoin.queued":
            recorder.queue(data["ns"], data.get("at"))
        case "fanjoin.attempt":
            recorder.attempt(data["ns"], data["branch"], data["attempt"], data.get("at"))
        case "fanjoin.attempt_failed":
            recorder.end_attempt(data["ns"], data["error"], data.get("at"))
        case "fanjoin.outcome":
            recorder.record_outcome(data["ns"], data)
