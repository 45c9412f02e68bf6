"""Names the value of a state that no checkpoint can hold."""

from collections.abc import Iterable
from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.types import Send

from app.errors import UnstorableValue
from app.plain_json import error_text, type_name

_SHOWN = {
    "__interrupt__": "a question",
    "__pregel_tasks": "a Send",
    "__return__": "its result",
    "__end__": "its result",
    "__previous__": "its result",
}
"""Channels of LangGraph's own."""

_OF_A_NODE = "~__pregel_pull, "
"""Begins the path of a task that runs because of an edge; its node's name follows."""


def unstorable(
    values: Iterable[tuple[str, Any]], serde: SerializerProtocol, task_path: str = ""
) -> UnstorableValue | None:
    """Return an error that names the first value which cannot be stored; None if all can."""
    node = task_path.removeprefix(_OF_A_NODE) if task_path.startswith(_OF_A_NODE) else None
    for key, written in values:
        value = written.arg if isinstance(written, Send) else written
        try:
            serde.dumps_typed(value)
        except Exception as error:  # noqa: BLE001  # the values' own code may raise anything
            kind = type_name(value)
            article = "an" if kind[:1].lower() in "aeiou" else "a"
            shown = _SHOWN.get(key) or f"{key!r}, {article} {kind}"
            message = f"{shown}, which cannot be stored on a thread: {error_text(error)}"
            return UnstorableValue(message, key=key, node=node)
    return None
