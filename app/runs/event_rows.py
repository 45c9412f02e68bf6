"""Events as text columns store them; the last ones leave out what columns of their run hold."""

from collections.abc import Sequence
from typing import Any

from app.runs.events import Event
from app.runs.run import Run
from app.storage.columns import json_text
from app.storage.stored_row import StoredRow, UnreadableRow


def events_text(events: Sequence[Event]) -> str:
    """Return events as one column stores them."""
    return json_text([[event.id, event.type, event.data] for event in events])


def last_events_text(events: Sequence[Event], run: Run) -> str:
    """Return the events that are stored with a run's end, without its output and its report."""
    return json_text([[event.id, event.type, _abridged(event, run)] for event in events])


def events_from_text(text: str | None, run: StoredRow) -> list[Event]:
    """Read what `events_text` or `last_events_text` wrote, with the columns of the run.

    Raises:
        UnreadableRow: it is something else.
    """
    stored = StoredRow({"events": text}).json("events", list) or []
    try:
        events = [Event(number, kind, _whole(kind, data, run)) for number, kind, data in stored]
    except UnreadableRow:
        raise
    except (TypeError, ValueError) as error:
        raise UnreadableRow("its events are JSON of another kind") from error
    if not all(isinstance(one.id, int) and isinstance(one.data, dict) for one in events):
        raise UnreadableRow("its events are JSON of another kind")
    return events


def _abridged(event: Event, run: Run) -> dict[str, Any] | None:
    """Return what is stored of an event: None in place of what a column has."""
    data = event.data
    match event.type:
        case "output" if data.get("output") is run.output:
            return None
        case "report" if data is run.report:
            return None
        case "end" if (error := data.get("error")) and error.get("report") is run.report:
            return {**data, "error": {**error, "report": None}}
        case _:
            return data


def _whole(kind: Any, data: Any, run: StoredRow) -> Any:
    """Return what an event said, with what stands in columns of its run."""
    match kind, data:
        case "output", None:
            return {"output": run.json("output", object)}
        case "report", None:
            return run.json("report", dict) or {}
        case "end", {"error": {"report": None} as error}:
            return {**data, "error": {**error, "report": run.json("report", dict)}}
        case _:
            return data
