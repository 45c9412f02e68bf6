"""A graph's factory, called as LangGraph's own server calls it.

One that takes the config or the runtime makes the graph of each run. So does one that returns a
context manager, which is open while the run lasts. Schemas are those of the graph at start.
"""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

from langgraph.graph.state import StateGraph
from langgraph.pregel import Pregel

from app.graphs.graph_errors import FactoryFailed, GraphFileError, failures_of
from app.graphs.occasion import Occasion, Parameters
from app.graphs.shape import Graph

logger = logging.getLogger(__name__)

_START_SECONDS = 60
"""How long a factory may take at start; in a run the run's own time limit holds."""

_CLOSE_SECONDS = 30
"""How long a context manager may take to close, also after the time limit of its run."""


@dataclass(frozen=True)
class Factory:
    """What langgraph.json names in place of a graph."""

    path: str
    graph_id: str
    function: Callable[..., Any]
    parameters: Parameters
    start_seconds: float = _START_SECONDS
    close_seconds: float = _CLOSE_SECONDS

    @asynccontextmanager
    async def open(self, occasion: Occasion) -> AsyncIterator[Graph]:
        """Make the graph of a run; what a context manager holds for it is closed after the block.

        What the block raises is raised, whatever a context manager makes of it.

        Raises:
            FactoryFailed: the factory raised, or made no graph.
        """
        async with self._held(await self._made(occasion)) as made:
            graph = self._compiled(made)
            if graph.store is None and occasion.store is not None:
                graph = graph.copy(update={"store": occasion.store})
            yield graph

    async def describe(self) -> tuple[Graph, bool]:
        """Make the graph that start-up looks at; return whether each run needs one of its own.

        Raises:
            FactoryFailed: the factory raised, made no graph, or took too long.
        """
        try:
            async with _bounded(self.start_seconds, f"the factory {self.path} made no graph"):
                made = await self._made(Occasion())
                async with self._held(made) as held:
                    graph = self._compiled(held)
        except FactoryFailed as error:
            raise FactoryFailed(f"{error}{self._hint(error)}") from error
        return graph, bool(self.parameters) or is_context_manager(made)

    def _hint(self, error: FactoryFailed) -> str:
        match error.__cause__:
            case KeyError() if self.parameters:
                return ": at start no run has set it, so read it with .get()"
            case PermissionError() if self.parameters:
                return ": at start no user is signed in, so read it from execution_runtime only"
        return ""

    async def _made(self, occasion: Occasion) -> Any:
        with self._failures(f"the factory {self.path}"):
            call = partial(self.parameters.call, self.function, occasion)
            is_async = inspect.iscoroutinefunction(self.function)
            made = call() if is_async else await _in_thread(call)
            return await made if inspect.isawaitable(made) else made

    @asynccontextmanager
    async def _held(self, made: Any) -> AsyncIterator[Any]:
        stack, error = AsyncExitStack(), None
        with self._failures(f"the factory {self.path}"):
            held = await _enter(made, stack)
        try:
            yield held
        except BaseException as raised:  # noqa: BLE001  # raised again once all is closed
            error = raised
        try:
            what = f"what the factory {self.path} opened"
            async with _bounded(self.close_seconds, f"{what} did not close"):
                with self._failures(f"closing {what}"):
                    await stack.__aexit__(*_details(error))
        except FactoryFailed as failure:
            if error is None:
                raise
            logger.warning("a factory failed to close", extra={"error": str(failure)})
        if error is not None:
            raise error

    def _compiled(self, made: Any) -> Graph:
        try:
            return as_graph(made, self.path, self.graph_id)
        except GraphFileError as error:
            raise FactoryFailed(f"the factory failed: {error}") from error

    def _failures(self, what: str) -> AbstractContextManager[None]:
        file = self.path.rpartition(":")[0]
        return failures_of(what, file, as_kind=FactoryFailed)


def is_context_manager(value: Any) -> bool:
    return hasattr(value, "__aenter__") or hasattr(value, "__enter__")


def as_graph(value: Any, path: str, graph_id: str) -> Graph:
    """Return a graph compiled.

    Raises:
        GraphFileError: it is none.
    """
    if isinstance(value, StateGraph):
        with failures_of(f"compiling {path}", path.rpartition(":")[0]):
            return value.compile(name=graph_id)
    if isinstance(value, Pregel):
        return value
    if inspect.isgenerator(value) or inspect.isasyncgen(value):
        decorator = "asynccontextmanager" if inspect.isasyncgen(value) else "contextmanager"
        raise GraphFileError(f"{path} is a generator: decorate it with @contextlib.{decorator}")
    raise GraphFileError(
        f"{path} is no graph but {type(value).__name__}: name a StateGraph, a compiled one, an "
        f"@entrypoint, or a function that returns one"
    )


def _details(
    error: BaseException | None,
) -> tuple[type[BaseException] | None, BaseException | None, TracebackType | None]:
    return (None, None, None) if error is None else (type(error), error, error.__traceback__)


async def _enter(made: Any, stack: AsyncExitStack) -> Any:
    if hasattr(made, "__aenter__"):
        return await stack.enter_async_context(made)
    return await stack.enter_async_context(_InThread(made)) if hasattr(made, "__enter__") else made


class _InThread:
    """A context manager that may block, opened and closed beside the event loop."""

    def __init__(self, manager: AbstractContextManager[Any]) -> None:
        self._manager = manager

    async def __aenter__(self) -> Any:
        return await _in_thread(partial(type(self._manager).__enter__, self._manager))

    async def __aexit__(self, *details: Any) -> Any:
        return await _in_thread(partial(type(self._manager).__exit__, self._manager, *details))


async def _in_thread(call: Callable[[], Any]) -> Any:
    """Call what an author wrote in a thread: it may block, and others must not wait for it.

    What needs the running event loop is called on it, as LangGraph's own server does.
    """
    result, error = await asyncio.to_thread(_outcome_of, call)
    if isinstance(error, RuntimeError) and _NEEDS_LOOP in str(error):
        return call()
    if error is not None:
        raise error
    return result


_NEEDS_LOOP = "no running event loop"


def _outcome_of(call: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Return what a call returns or raises: no future can hold a StopIteration."""
    try:
        return call(), None
    except BaseException as error:  # noqa: BLE001  # raised again by the caller
        return None, error


@asynccontextmanager
async def _bounded(seconds: float, what: str) -> AsyncIterator[None]:
    """Cancel the block after so long.

    Raises:
        FactoryFailed: it was cancelled for that.
    """
    clock = asyncio.timeout(seconds)
    try:
        async with clock:
            yield
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise FactoryFailed(f"{what} within {seconds:g} s") from error
