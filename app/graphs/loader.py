"""From a path in langgraph.json to a compiled graph, as LangGraph's own server does it.

A path names a compiled graph, an uncompiled `StateGraph`, or a sync or async factory of either.
That server also opens a factory's context manager around each run; here a graph is loaded once.
"""

import asyncio
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from langgraph.graph.state import CompiledStateGraph, StateGraph

from app.graphs.own_modules import PREFIX, dotted_name, import_own, load_own
from app.graphs.project import Project
from app.plain_json import named_error


class GraphFileError(Exception):
    """A path leads to no usable graph; the message says why and what to do."""


async def load_graph(
    path: str, *, project: Project, name: str
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Load the graph that `./file.py:variable` or `package.module:variable` names.

    Raises:
        GraphFileError: the file, the module, the name or the graph is not there or not usable.
    """
    file, separator, variable = path.rpartition(":")
    if not separator or not file or not variable:
        raise GraphFileError(f"path {path!r} is not of the form ./file.py:variable")
    module = _load_module(file, project)
    try:
        target = getattr(module, variable)
    except AttributeError:
        known = ", ".join(_graph_names(module)) or "no graph"
        raise GraphFileError(f"{file} has no {variable!r}; it has {known}") from None
    return await _as_compiled(target, path, name)


def _load_module(file: str, project: Project) -> ModuleType:
    with _failures_of(f"importing {file}", file):
        if "/" not in file and not file.endswith(".py"):
            is_apart = bool(project.shared_names) and project.module_at(file) is not None
            return import_own(file, project) if is_apart else importlib.import_module(file)
        return _load_file((project.folder / file).resolve(), project)


@contextmanager
def _failures_of(what: str, file: str) -> Iterator[None]:
    """Make a problem of this graph of whatever its author's code ends in, `sys.exit()` included."""
    try:
        yield
    except (GraphFileError, GeneratorExit):
        raise
    except BaseException as error:
        if _is_our_end(error):
            raise
        said = named_error(error).replace(f"{PREFIX}.", "")
        raise GraphFileError(f"{what} failed: {said}{_line_in(error, file)}") from error


def _is_our_end(error: BaseException) -> bool:
    """Whether the service itself is being stopped while it loads: Ctrl-C cancels its task first."""
    task = asyncio.current_task()
    is_cancelled = task is not None and task.cancelling() > 0
    return isinstance(error, asyncio.CancelledError | KeyboardInterrupt) and is_cancelled


def _load_file(file: Path, project: Project) -> ModuleType:
    if not file.is_file():
        raise GraphFileError(f"there is no file {file}")
    if file.suffix != ".py":
        raise GraphFileError(f"{file} is not a Python file")
    if not project.shared_names:
        for root in sorted(project.roots, key=lambda root: len(root.parts), reverse=True):
            if module := _import_if_same(dotted_name(file, root), file):
                return module
    return load_own(file, project)


def _import_if_same(dotted: str, file: Path) -> ModuleType | None:
    """Import a module by its name if that leads to this very file."""
    known = sys.modules.get(dotted)
    if known is not None:
        return known if _is_file_of(known.__file__, file) else None
    spec = _find_spec(dotted)
    if spec is None or not _is_file_of(spec.origin, file):
        return None
    return importlib.import_module(dotted)


def _find_spec(dotted: str) -> importlib.machinery.ModuleSpec | None:
    try:
        return importlib.util.find_spec(dotted) if dotted else None
    except (ImportError, ValueError):
        return None


def _is_file_of(origin: str | None, file: Path) -> bool:
    return origin is not None and Path(origin).resolve() == file


def _line_in(error: BaseException, file: str) -> str:
    """Name the last line of the graph's own file on the way to the error."""
    lines: list[int] = []
    trace = error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).name == Path(file).name:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f" (line {lines[-1]})" if lines else ""


def _graph_names(module: ModuleType) -> list[str]:
    kinds = (CompiledStateGraph, StateGraph)
    return [name for name, value in vars(module).items() if isinstance(value, kinds)]


async def _as_compiled(target: Any, path: str, name: str) -> CompiledStateGraph[Any, Any, Any, Any]:
    file = path.rpartition(":")[0]
    if inspect.isfunction(target):
        with _failures_of(f"the factory {path}", file):
            target = await _call_factory(target)
    if isinstance(target, StateGraph):
        with _failures_of(f"compiling {path}", file):
            target = target.compile(name=name)
    if isinstance(target, CompiledStateGraph):
        return target
    if hasattr(target, "__aenter__") or hasattr(target, "__enter__"):
        raise GraphFileError(
            f"{path} returns a context manager, which the Agent Server opens around each run and "
            f"Fanjoin does not support: return the graph itself, and open what a node needs in it"
        )
    raise GraphFileError(
        f"{path} is no graph but {type(target).__name__}: name a StateGraph, a compiled one, or a "
        f"function that returns one"
    )


async def _call_factory(factory: Any) -> Any:
    """Call a factory with an empty config where it takes one."""
    takes_config = bool(inspect.signature(factory).parameters)
    made = factory({"configurable": {}}) if takes_config else factory()
    return await made if inspect.isawaitable(made) else made
