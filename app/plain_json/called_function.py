"""Which function of an author's raised, where LangGraph called it and it is no node."""

from pathlib import Path
from types import FrameType

from app.plain_json.text import clean_text

_ROUTING = "langgraph.graph._branch"

_ROUTER = "a router"

_ROLES = {
    ("langgraph.channels.binop", "BinaryOperatorAggregate.update"): "a reducer",
    ("langgraph.channels.delta", "DeltaChannel.update"): "a reducer",
    ("langgraph.pregel._algo", "prepare_single_task"): "key_func of a cache",
    ("langgraph.pregel._retry", "_should_retry_on"): "retry_on",
}
"""By the function of LangGraph that calls it directly."""

_BETWEEN = ("langgraph.", "langchain_core.", "asyncio.", "concurrent.", "app.")
"""Modules whose functions pass a call on to a router."""

_MOST_FRAMES = 500


def called_function(error: BaseException) -> str | None:
    """Return name, role and place of the function that raised: `pick (a router), graphs/race.py:9`.

    None for what a node raised, and for a function that is not written in Python.
    """
    role: str | None = None
    named: str | None = None
    step, left = error.__traceback__, _MOST_FRAMES
    while step is not None and left > 0:
        frame = step.tb_frame
        module = str(frame.f_globals.get("__name__", ""))
        direct = _ROLES.get((module, frame.f_code.co_qualname))
        if module == _ROUTING or direct is not None:
            role, named = direct or _ROUTER, None
        elif role is not None and not module.startswith(_BETWEEN):
            named, role = _named(frame, role, step.tb_lineno), None
        elif role != _ROUTER:
            role = None
        step, left = step.tb_next, left - 1
    return None if named is None else clean_text(named)


def _named(frame: FrameType, role: str, line: int) -> str:
    code = frame.f_code
    path = Path(code.co_filename)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path.name
    return f"{code.co_name} ({role}), {shown}:{line}"
