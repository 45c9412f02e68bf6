"""What an error says, with what is in it and behind it; the kit has the same rule for its branches.

    its text (its notes; caused by OSError: …; while handling KeyError: …)

A group says what its errors are. Nothing here fails, whatever the error's own code does.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from app.plain_json.called_function import called_function
from app.plain_json.text import clean_text, shortened, type_name

LONGEST = 5000

_MOST_ERRORS = 8
"""Of one text: the error itself, those in it and those behind it."""

_MOST_PARTS = 5
"""Errors of a group, or wrong fields of a model."""

_MOST_NOTES = 3

_LONGEST_NOTE = 300

_OF_LANGGRAPH = ("During task with name '", "Before task with name '")
"""Notes that say what the report says: where it was."""

_cause_of = BaseException.__dict__["__cause__"].__get__
_context_of = BaseException.__dict__["__context__"].__get__
_hides_context = BaseException.__dict__["__suppress_context__"].__get__
_message_of = BaseExceptionGroup.__dict__["message"].__get__
_inner_of = BaseExceptionGroup.__dict__["exceptions"].__get__
"""A class of an author's may define any of these anew, and raise in it."""


def error_text(error: BaseException) -> str:
    """Return what an error says and what caused it: at least its type, at most 5000 characters."""
    try:
        return shortened(_explained(error, set()), LONGEST)
    except BaseException:  # noqa: BLE001  # the author's code, or too deep for this one
        return type_name(error)


def named_error(error: BaseException) -> str:
    """Return the type of an error and what it says, or the type alone."""
    return _named(error, error_text(error))


def _explained(error: BaseException, seen: set[int]) -> str:
    """Return what an error says; `seen` has the ids of those that are reported already."""
    seen.add(id(error))
    text = _said(error, seen)
    more = [note for note in _notes(error) if note not in text]
    function = called_function(error)
    for relation, cause in _behind(error, seen):
        said, function = _said(cause, seen), function or called_function(cause)
        if said == type_name(cause) and (
            isinstance(error, type(cause)) or said in type_name(error)
        ):
            continue
        if said not in text:  # many repeat what they were raised from
            more.append(f"{relation} {_named(cause, said)}")
            more += [note for note in _notes(cause) if note not in text]
    if function is not None and not any(".py:" in one for one in more):
        more.insert(0, f"in {function}")
    return f"{text} ({'; '.join(more)})" if more else text


def _said(error: BaseException, seen: set[int]) -> str:
    """Return an error's own words, or its type where it has none."""
    try:
        if isinstance(error, BaseExceptionGroup):
            text = _said_by_group(error, seen)
        elif isinstance(error, ValidationError):
            text = _said_by_model(error)
        else:
            text = clean_text(shortened(str.__str__(str(error)), LONGEST)).strip()
    except BaseException as unreadable:  # noqa: BLE001  # the author's code
        return f"its text cannot be read: {type_name(unreadable)}"
    return text if text.strip("\"' ") else type_name(error)


def _said_by_group(group: BaseExceptionGroup[Any], seen: set[int]) -> str:
    inner = list(_leaves(group))
    texts: dict[str, None] = {}
    for error in inner[:_MOST_PARTS]:
        if id(error) not in seen and len(seen) < _MOST_ERRORS:
            texts[_named(error, _explained(error, seen))] = None
    left = len(inner) - _MOST_PARTS
    more = [f"and {left} more"] if left > 0 else []
    return f"{shortened(_message_of(group), LONGEST)}: {'; '.join([*texts, *more])}"


def _leaves(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    """Yield the errors of a group and of the groups in it, in their order."""
    left: list[BaseException] = [group]
    while left:
        error = left.pop()
        if isinstance(error, BaseExceptionGroup):
            left += reversed(_inner_of(error))
        else:
            yield error


def _said_by_model(error: ValidationError) -> str:
    """Say what is wrong with which fields; what was given there may be a secret."""
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    said = [
        f"{'.'.join(map(str, (error.title, *one['loc'])))}: {one['msg']}"
        for one in wrong[:_MOST_PARTS]
    ]
    more = [f"and {len(wrong) - _MOST_PARTS} more"] if len(wrong) > _MOST_PARTS else []
    return clean_text(shortened("; ".join([*said, *more]), LONGEST))


def _behind(error: BaseException, seen: set[int]) -> Iterator[tuple[str, BaseException]]:
    """Yield what an error came from, the nearest first, as its traceback would show it."""
    while len(seen) < _MOST_ERRORS:
        relation, cause = "caused by", _cause_of(error)
        if cause is None and not _hides_context(error):
            relation, cause = "while handling", _context_of(error)
        if cause is None or id(cause) in seen:
            return
        seen.add(id(cause))
        if type_name(cause) != "CancelledError":  # how asyncio ends a wait, and no reason
            yield relation, cause
        error = cause


def _notes(error: BaseException) -> Iterator[str]:
    notes = getattr(error, "__notes__", None)
    for note in islice(notes, _MOST_NOTES) if isinstance(notes, list) else ():
        if isinstance(note, str) and not note.startswith(_OF_LANGGRAPH):
            text = " ".join(clean_text(note[:_LONGEST_NOTE]).split())
            if text:
                yield text


def _named(error: BaseException, text: str) -> str:
    name = type_name(error)
    return text if text == name or text.startswith(f"{name} (") else f"{name}: {text}"
