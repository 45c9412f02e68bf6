"""Why an attempt or a row failed, as the report says it: without secrets."""

from collections.abc import Mapping
from typing import Any

from app.plain_json import error_text
from app.redaction import Redact
from app.report.tries import Error

CUT_OFF: Error = {"type": "CancelledError", "message": "the attempt was cut off"}

NO_PARENT: Error = {
    "type": "ParentCommand",
    "message": "it sent a command to a parent graph, and there is none",
}


def error_of(error: Any, redact: Redact) -> Error:
    """Return the type and the message of what LangChain or LangGraph says was raised."""
    name = type(error).__name__ if isinstance(error, BaseException) else "Error"
    return {"type": name, "message": redact(error_text(error))}


def redacted(error: Mapping[str, str], redact: Redact) -> Error:
    """Return an error that the kit describes."""
    return {"type": error["type"], "message": redact(error["message"])}
