"""What a factory is called for, and with which arguments: those that LangGraph's server passes.

A parameter that is typed as a runtime gets one, whatever its name; the other one gets the config.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore

# The SDK exports only the union of these two, and no function that makes one.
from langgraph_sdk.runtime import _ExecutionRuntime, _ReadRuntime

from app.graphs.graph_errors import GraphFileError

_SERVER_RUNTIME = re.compile(r"\b(ServerRuntime|_ExecutionRuntime|_ReadRuntime)\b")

_RUNTIME = re.compile(r"\bRuntime\b")


@dataclass(frozen=True)
class Occasion:
    """A run, or by default the description of the graph at start."""

    config: RunnableConfig = field(default_factory=lambda: RunnableConfig(configurable={}))
    context: Any = None
    store: BaseStore | None = None
    is_run: bool = False
    owner: str = ""
    """Whose run it is; empty at start, and where the service requires no sign-in."""

    def server_runtime(self) -> Any:
        """Return what LangGraph's own server passes for a `ServerRuntime`."""
        store = InMemoryStore() if self.store is None else self.store
        if not self.is_run:
            return _ReadRuntime(access_context="assistants.read", store=store)
        return _ExecutionRuntime(
            access_context="threads.create_run",
            user=User(self.owner) if self.owner else None,
            store=store,
            context=self.context,
        )

    def runtime(self) -> Any:
        """Return LangGraph's `Runtime`, as nodes get it."""
        return Runtime(context=self.context, store=self.store)


@dataclass(frozen=True)
class User(Mapping[str, Any]):
    """The owner of a run, as a factory's `runtime.user`: by attribute and by key."""

    identity: str
    is_authenticated: bool = True
    permissions: Sequence[str] = ()

    @property
    def display_name(self) -> str:
        return self.identity

    def __getitem__(self, key: str) -> Any:
        if key not in _OF_A_USER:
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(_OF_A_USER)

    def __len__(self) -> int:
        return len(_OF_A_USER)


_OF_A_USER = ("identity", "is_authenticated", "permissions", "display_name")

Value = Callable[[Occasion], Any]


@dataclass(frozen=True)
class Parameters:
    """The parameters of a factory that get something, in their order."""

    by_place: tuple[Value, ...] = ()
    by_name: tuple[tuple[str, Value], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.by_place or self.by_name)

    def call(self, function: Callable[..., Any], occasion: Occasion) -> Any:
        by_name = {name: value(occasion) for name, value in self.by_name}
        return function(*(value(occasion) for value in self.by_place), **by_name)


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """Read what a factory asks for.

    Raises:
        GraphFileError: it requires something else.
    """
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = [one for one in _signature(function) if one.kind not in variadic]
    values = {one.name: value for one in named if (value := _runtime_for(one)) is not None}
    others = [one for one in named if one.name not in values]
    if not values and len(others) > 1:
        values = {one.name: Occasion.server_runtime for one in others if one.name == "runtime"}
        others = [one for one in others if one.name not in values]
    config = next(filter(_is_config, others), None) or _only(others)
    if config is not None:
        values[config.name] = _config
    left = [one.name for one in others if one.name not in values and one.default is one.empty]
    if left:
        raise GraphFileError(
            f"it requires {', '.join(left)}, which is not passed: a factory takes nothing, "
            f"`config: RunnableConfig`, `runtime: ServerRuntime`, or both"
        )
    filled = [one for one in named if one.name in values]
    return Parameters(
        tuple(values[one.name] for one in filled if one.kind is one.POSITIONAL_ONLY),
        tuple(
            (one.name, values[one.name]) for one in filled if one.kind is not one.POSITIONAL_ONLY
        ),
    )


def _config(occasion: Occasion) -> Any:
    return occasion.config


def _signature(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function, eval_str=True).parameters.values())
    except (NameError, TypeError, SyntaxError, AttributeError):  # a name for type checkers alone
        return list(inspect.signature(function).parameters.values())
    except ValueError:  # written in C
        return []


def _runtime_for(parameter: inspect.Parameter) -> Value | None:
    hint = str(parameter.annotation)
    if _SERVER_RUNTIME.search(hint):
        return Occasion.server_runtime
    return Occasion.runtime if _RUNTIME.search(hint) else None


def _is_config(parameter: inspect.Parameter) -> bool:
    return parameter.name == "config" or "RunnableConfig" in str(parameter.annotation)


def _only(parameters: list[inspect.Parameter]) -> inspect.Parameter | None:
    """Return the one parameter there is, or the one that has no default."""
    required = [one for one in parameters if one.default is one.empty]
    if len(parameters) == 1:
        return parameters[0]
    return required[0] if len(required) == 1 else None
