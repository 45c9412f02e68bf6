"""The folder of a langgraph.json: where its modules are, and which names somebody else has too.

Its folders stand last on the import path, so that no file there takes the place of a package that
the service or a library needs. Where a graph imports a module of the folder by a name that Python
would look up elsewhere, all of the folder's modules are loaded apart (`own_modules`).
"""

import ast
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.graphs.source_folders import source_folders

_OF_THE_SERVICE = ("app", "graphs")

NOT_SOURCES = frozenset({"node_modules", "site-packages", "__pycache__", "venv", ".venv"})
"""Folders of a project whose files are not its own."""


@dataclass(frozen=True)
class Project:
    """What belongs to one langgraph.json."""

    folder: Path
    roots: tuple[Path, ...]
    """Folders whose modules graphs import by name: the folder, its dependencies, their sources."""

    shared_names: frozenset[str] = frozenset()
    """Names of its modules that graphs import, and that Python would look up elsewhere."""

    problems: tuple[str, ...] = ()
    """Names that graphs import and that lead to several of its modules."""

    def module_at(self, name: str) -> Path | None:
        """Return the file or the folder of a module, of the first root that has it."""
        return next(self.places_of(name), None)

    def holds(self, path: Path) -> bool:
        """Whether a file below one of the roots is the project's own, not an installed one's."""
        return any(
            path.is_relative_to(root) and NOT_SOURCES.isdisjoint(path.relative_to(root).parts)
            for root in self.roots
        )

    def places_of(self, name: str) -> Iterator[Path]:
        for root in self.roots:
            path = root.joinpath(*name.split("."))
            if path.is_dir() and (path / "__init__.py").is_file():
                yield path / "__init__.py"
            elif path.with_suffix(".py").is_file():
                yield path.with_suffix(".py")
            elif path.is_dir():
                yield path


def open_project(graphs_file: Path, dependencies: Iterable[str], files: Iterable[str]) -> Project:
    """Make the modules of langgraph.json's folder importable, and say what is known of them.

    `files` are the graphs' files, as langgraph.json names them.
    """
    folder = graphs_file.resolve().parent
    local = [(folder / name).resolve() for name in dependencies if name.startswith(".")]
    places = dict.fromkeys((folder, *local))
    roots = [*places, *(root for place in places for root in source_folders(place))]
    project = Project(folder, tuple(root for root in dict.fromkeys(roots) if root.is_dir()))
    for root in project.roots:
        if str(root) not in sys.path:
            sys.path.append(str(root))
    names = _names_in(project)
    shared = {name for name in names if _is_elsewhere(name, project)}
    doubled = {name for name in names if len(_files_of(name, project)) > 1}
    if shared or doubled:
        imported = frozenset(imported_names(project, files))
        shared, doubled = shared & imported, doubled & imported
    problems = tuple(_refusal(name, project) for name in sorted(doubled))
    return Project(folder, project.roots, frozenset(shared), problems)


def imported_names(project: Project, files: Iterable[str]) -> Iterator[str]:
    """Yield the first names of the modules that files import, and that their imports do."""
    waiting = [project.folder / file for file in files if file.endswith(".py")]
    waiting += [path for file in files if (path := project.module_at(file)) is not None]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop().resolve()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for name in _imports_in(path):
            if name.startswith("."):
                waiting += _relative(name, path)
            else:
                yield name.partition(".")[0]
                waiting += [
                    place for part in _with_parents(name) for place in project.places_of(part)
                ]


def _files_of(name: str, project: Project) -> list[Path]:
    return [path for path in project.places_of(name) if path.is_file()]


def _refusal(name: str, project: Project) -> str:
    files = " and ".join(os.path.relpath(path, project.folder) for path in _files_of(name, project))
    return f"a graph imports {name!r}, which {files} both are: rename one of them"


def _names_in(project: Project) -> set[str]:
    names = {name for name in _OF_THE_SERVICE if project.module_at(name) is not None}
    for root in project.roots:
        for path in root.iterdir():
            if path.suffix == ".py" or (path / "__init__.py").is_file():
                names.add(path.stem)
    return {name for name in names if name.isidentifier()}


def _is_elsewhere(name: str, project: Project) -> bool:
    """Whether Python looks a name up somewhere else than in the project."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return True
    if spec is None:
        return False
    places = {place.resolve() for place in project.places_of(name)}
    origins = [*(spec.submodule_search_locations or ()), spec.origin or ""]
    return not any(Path(origin).resolve() in places for origin in origins)


def _imports_in(path: Path) -> Iterator[str]:
    """Yield the full names of what a file imports; relative ones with their dots."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):  # its import says so
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            joint = "" if module.endswith(".") else "."
            yield module
            yield from (f"{module}{joint}{alias.name}" for alias in node.names)


def _relative(name: str, path: Path) -> list[Path]:
    levels = len(name) - len(name.lstrip("."))
    at = path.parents[levels - 1].joinpath(*name.lstrip(".").split("."))
    return [at.with_suffix(".py"), at / "__init__.py"]


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
