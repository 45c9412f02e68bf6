"""From a path in langgraph.json to a compiled graph, as LangGraph's own server does it.

A path names a compiled graph, an uncompiled `StateGraph`, an `@entrypoint`, or a factory of one.
"""

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from langgraph.graph.state import StateGraph
from langgraph.pregel import Pregel

from app.graphs.factory import Factory, as_graph, is_context_manager
from app.graphs.graph_errors import GraphFileError, failures_of
from app.graphs.occasion import parameters_of
from app.graphs.own_modules import dotted_name, import_own, load_own
from app.graphs.project import Project
from app.graphs.shape import Graph


@dataclass(frozen=True)
class LoadedGraph:
    """A compiled graph."""

    graph: Graph
    factory: Factory | None = None
    """What makes the graph of each run; None for a graph that all runs share."""


async def load_graph(path: str, *, project: Project, name: str) -> LoadedGraph:
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
    return await _loaded(target, path, name)


def _load_module(file: str, project: Project) -> ModuleType:
    with failures_of(f"importing {file}", file, project=project):
        if "/" not in file and not file.endswith(".py"):
            is_apart = bool(project.shared_names) and project.module_at(file) is not None
            return import_own(file, project) if is_apart else importlib.import_module(file)
        return _load_file((project.folder / file).resolve(), project)


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


def _graph_names(module: ModuleType) -> list[str]:
    kinds = (Pregel, StateGraph)
    return [name for name, value in vars(module).items() if isinstance(value, kinds)]


async def _loaded(target: Any, path: str, graph_id: str) -> LoadedGraph:
    if is_context_manager(target):
        raise GraphFileError(
            f"{path} is a context manager that can be opened once, and each run opens one: name "
            f"the function that makes it"
        )
    if isinstance(target, type) or not callable(target):
        return LoadedGraph(as_graph(target, path, graph_id))
    try:
        parameters = parameters_of(target)
    except GraphFileError as error:
        raise GraphFileError(f"the factory {path} cannot be called: {error}") from error
    factory = Factory(path, graph_id, target, parameters)
    graph, is_made_per_run = await factory.describe()
    return LoadedGraph(graph, factory if is_made_per_run else None)
