"""What a task of LangGraph's ToolNode is given when it is sent one call."""

from typing import Any


def tool_called(given: Any) -> str | None:
    """Return the name of the tool that a task is to call; None for any other input."""
    call = given.get("tool_call") if _is_with_context(given) else given
    if type(call) is list and len(call) == 1:
        call = call[0]
    if type(call) is not dict or call.get("type") != "tool_call":
        return None
    name = call.get("name")
    return name if isinstance(name, str) else None


def _is_with_context(given: Any) -> bool:
    return type(given) is dict and given.get("__type") == "tool_call_with_context"
