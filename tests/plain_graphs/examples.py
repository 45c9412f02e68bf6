"""What a plain graph is sent, and how a node shows what it got of that."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, SecretBytes, SecretStr


@dataclass(frozen=True)
class Example:
    """One request, as JSON."""

    input: Any
    context: Any = None
    config: dict[str, Any] | None = None

    plain: Any = None
    """What to feed plain LangGraph instead: defaults added, aliases by name, message objects."""

    can_be_stored: bool = True
    """Whether it runs in the background and on a thread: checkpoints hold integers of 64 bits."""

    answers: Sequence[Any] = ()
    """What each question of the graph is answered with, in their order."""

    @property
    def body(self) -> dict[str, Any]:
        """The body of a request."""
        options = {"context": self.context, "config": self.config}
        return {"input": self.input, **{k: v for k, v in options.items() if v is not None}}

    @property
    def plain_input(self) -> Any:
        """What plain LangGraph is fed to do the same."""
        return self.input if self.plain is None else self.plain


def seen(value: Any) -> str:
    """Return the type and the value of what a node got, the parts of it included."""
    name = type(value).__name__
    match value:
        case None | bool() | int() | float() | str() if type(value).__module__ == "builtins":
            return repr(value)
        case Enum():
            return f"{name}.{value.name}"
        case SecretStr() | SecretBytes():
            return f"{name}({value.get_secret_value()!r})"
        case BaseMessage():
            return f"{name}({seen(value.model_dump())})"
        case BaseModel():
            return _call(name, {**value.__dict__, **(value.model_extra or {})})
        case Mapping():
            return "{" + ", ".join(sorted(f"{k!r}: {seen(v)}" for k, v in value.items())) + "}"
        case list() | tuple():
            return f"{name}[{', '.join(map(seen, value))}]"
        case set() | frozenset():
            return f"{name}[{', '.join(sorted(map(seen, value)))}]"
    if dataclasses.is_dataclass(value):
        return _call(name, {f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    return f"{name} {value!r}"


def _call(name: str, fields: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={seen(value)}' for key, value in sorted(fields.items()))})"
