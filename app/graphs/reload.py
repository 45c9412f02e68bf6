"""Loads the graphs of a langgraph.json anew in the same process, from their files as they are now.

Modules of `app` and `graphs.kit` stay: the service itself runs on them.
"""

import importlib
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from app.graphs.langgraph_json import Declarations, read_declarations
from app.graphs.own_modules import PREFIX
from app.graphs.project import Project, open_project
from app.graphs.registry import Inspection, inspect_graphs

_STAY = frozenset({"app", "graphs", "graphs.kit", "__main__", PREFIX})

_STAY_BELOW = ("app.", "graphs.kit.")

_INSTALLED = tuple(
    f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


@dataclass(frozen=True)
class Sources:
    """The files that graphs are made of."""

    graphs_file: Path
    project: Project
    outside: frozenset[Path] = frozenset()
    """Files of graphs that lie outside of the project's folders."""

    @property
    def folders(self) -> set[Path]:
        outside = {file.parent for file in self.outside if file.parent.is_dir()}
        return {*self.project.roots, *outside}

    def include(self, path: Path) -> bool:
        """Whether a change of this file changes graphs."""
        if path in {self.graphs_file, *self.outside}:
            return True
        return path.suffix == ".py" and not path.name.startswith(".") and self.project.holds(path)


def sources_of(graphs_file: Path) -> Sources | None:
    """Return which files the graphs of a langgraph.json are made of; None if it is unusable."""
    file = graphs_file.resolve()
    declared = read_declarations(file)
    if declared.problems:
        return None
    project = _project_of(file, declared)
    named = [declaration.path.rpartition(":")[0] for declaration in declared.graphs]
    files = {(project.folder / name).resolve() for name in named if name.endswith(".py")}
    return Sources(file, project, frozenset(one for one in files if not project.holds(one)))


async def inspect_anew(graphs_file: Path) -> Inspection:
    """Inspect the graphs with new modules; objects of the old ones go on as they are."""
    declared = read_declarations(graphs_file)
    _forget_modules(_project_of(graphs_file, declared))
    return await inspect_graphs(graphs_file)


def _project_of(graphs_file: Path, declared: Declarations) -> Project:
    files = [declaration.path.rpartition(":")[0] for declaration in declared.graphs]
    return open_project(graphs_file, declared.dependencies, files)


def _forget_modules(project: Project) -> None:
    for name in list(_own_modules(project)):
        del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()


def _own_modules(project: Project) -> Iterator[str]:
    """Yield the names of the modules that are the project's, and that the service does not need."""
    for name, module in sys.modules.items():
        if name in _STAY or name.startswith(_STAY_BELOW):
            continue
        if name.startswith(PREFIX) or any(_is_own(place, project) for place in _places(module)):
            yield name


def _is_own(place: str, project: Project) -> bool:
    return not place.startswith(_INSTALLED) and project.holds(Path(os.path.realpath(place)))


def _places(module: Any) -> list[str]:
    """Return a module's source file, or the folders of a package that has none."""
    if not isinstance(module, ModuleType):  # anything may stand in `sys.modules`
        return []
    file = vars(module).get("__file__")
    if isinstance(file, str):
        return [file] if file.endswith(".py") else []
    return [place for place in vars(module).get("__path__", ()) if isinstance(place, str)]
