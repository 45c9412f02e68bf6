"""Calls a function of an author's policy, and notes on what it raises which function it was."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


def called(role: str, function: Callable[..., T], *arguments: Any) -> T:
    """Return what the function returns; an error gets the note `in topics (over=), x.py:9`."""
    try:
        return function(*arguments)
    except BaseException as error:
        inside = error.__traceback__.tb_next if error.__traceback__ is not None else None
        note = f"in {_place(function, role, inside)}"
        if note not in getattr(error, "__notes__", ()):  # an author may raise one object twice
            error.add_note(note)
        raise


def _place(function: Callable[..., Any], role: str, inside: TracebackType | None) -> str:
    if inside is None:  # it is not written in Python
        return f"{getattr(function, '__qualname__', type(function).__name__)} ({role})"
    code = inside.tb_frame.f_code
    path = Path(code.co_filename)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path.name
    return f"{code.co_name} ({role}), {shown}:{inside.tb_lineno}"
