"""Modules of a langgraph.json's folder that are loaded apart, under a prefix of their own.

So they may have names that the service, a library or Python itself uses: in them `import app` means
their own `app`, in all other code the service's. The names are the same in every process, because
checkpoints hold them.
"""

import builtins
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from app.graphs.project import Project

PREFIX = "_graph_files"


def load_own(file: Path, project: Project) -> ModuleType:
    """Load a file of the project apart from all that is imported by name.

    Raises:
        ImportError: it is no Python file.
    """
    _make_room(project)
    for root in project.roots:
        name = f"{PREFIX}.{dotted_name(file, root)}"
        if dotted_name(file, root) and _file_of(name) == file:
            return importlib.import_module(name)
    return _load_by_path(file, project)


def import_own(name: str, project: Project) -> ModuleType:
    """Import a module of the project by its name."""
    _make_room(project)
    return importlib.import_module(f"{PREFIX}.{name}")


def dotted_name(file: Path, root: Path) -> str:
    """Return the name of a module below a folder; empty where it can have none."""
    if not file.is_relative_to(root):
        return ""
    parts = file.relative_to(root).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) if all(map(str.isidentifier, parts)) else ""


class _Room(ModuleType):
    """The package that the modules are in; another project's takes its place."""

    project: Project


class _Finder:
    """Finds modules below the prefix, and lets them import each other."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        if not name.startswith(f"{PREFIX}."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    """Executes a module with an `import` of its own, in its functions, too."""

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import}
        super().exec_module(module)


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    itself = (globals or {}).get("__name__") == f"{PREFIX}.{name}"  # it means another of its name
    if level or itself or not _is_own(name):
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    own = f"{PREFIX}.{name}"
    module = builtins.__import__(own, globals, locals, fromlist or (), 0)
    return module if fromlist else sys.modules[f"{PREFIX}.{name.partition('.')[0]}"]


def _is_own(name: str) -> bool:
    """Whether the project has a module of this name; the service's `graphs.kit` is not its own."""
    room = sys.modules[PREFIX]
    if not isinstance(room, _Room) or not room.project.shared_names:
        return False
    return room.project.module_at(name) is not None


def _make_room(project: Project) -> None:
    known = sys.modules.get(PREFIX)
    if isinstance(known, _Room) and known.project == project:
        return
    for name in [name for name in sys.modules if name.startswith(f"{PREFIX}.")]:
        del sys.modules[name]
    room = _Room(PREFIX)
    room.project = project
    room.__path__ = [str(root) for root in project.roots]
    sys.modules[PREFIX] = room
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
    importlib.invalidate_caches()


def _file_of(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    origin = spec.origin if spec is not None else None
    return Path(origin).resolve() if origin else None


def _load_by_path(file: Path, project: Project) -> ModuleType:
    """Load a file whose path makes no name: it has a hyphen, or lies outside the folder."""
    place = os.path.relpath(file, project.folder)
    name = f"{PREFIX}_{re.sub('[^A-Za-z0-9]', lambda sign: f'_{ord(sign[0]):x}_', place)}"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(file):
        return known
    spec = importlib.util.spec_from_file_location(name, file, loader=_Loader(name, str(file)))
    if spec is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        _Loader(name, str(file)).exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
