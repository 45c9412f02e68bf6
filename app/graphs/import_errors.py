"""Why a graph's file cannot be imported, and what its author can do about it."""

import difflib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from app.graphs.own_modules import PREFIX
from app.graphs.project import NOT_SOURCES, Project

_DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "google.generativeai": "google-generativeai",
    "jwt": "pyjwt",
    "psycopg2": "psycopg2-binary",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Packages whose module has another name; else a hyphen stands for each underscore."""

_DEEPEST = 4


def remedy_of(error: BaseException, project: Project) -> str:
    """Return what to do about an error of importing a file; empty where nothing is known."""
    said = str(error)
    if "circular import" in said:
        return "modules import each other: move one of the imports into the function that uses it"
    if isinstance(error, ImportError) and "relative import" in said:
        return (
            "the file is in no package: import by the full name (from state import …), or "
            "move the file into a folder with an __init__.py and name it there"
        )
    match error:
        case ModuleNotFoundError(name=str(name)):
            return _of_missing_module(name.removeprefix(f"{PREFIX}."), project)
        case ImportError(name=str(module)) if "cannot import name" in said:
            return _of_missing_name(sys.modules.get(module), _quoted(said), project)
        case AttributeError(obj=ModuleType() as owner, name=str(name)):
            return _of_missing_name(owner, name, project)
        case SyntaxError():
            return "correct the syntax there"
        case KeyError() if _is_of_environment(error):
            return 'set the variable in the environment, in "env" of langgraph.json, or in .env'
    return ""


def place_of(error: BaseException, file: str, project: Project | None) -> str:
    """Return the last line of the project's own code on the way to an error, in brackets.

    Without a project, only the graph's own file counts. A syntax error says its place itself.
    """
    if isinstance(error, SyntaxError):
        return ""
    lines = [
        (path, number)
        for path, number in _lines_to(error)
        if path.name == Path(file).name or (project is not None and project.holds(path))
    ]
    if not lines:
        return ""
    path, number = lines[-1]
    if path.name == Path(file).name or project is None:
        return f" (line {number})"
    return f" ({_shown(path, project)} line {number})"


def _lines_to(error: BaseException) -> Iterator[tuple[Path, int]]:
    trace = error.__traceback__
    while trace is not None:
        yield Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno
        trace = trace.tb_next


def _shown(path: Path, project: Project) -> str:
    return os.path.relpath(path, project.folder)


def _of_missing_module(name: str, project: Project) -> str:
    parent, _, last = name.rpartition(".")
    top = name.partition(".")[0]
    place = project.module_at(parent) if parent else None
    if place is not None:
        folder = place.parent if place.name == "__init__.py" else place
        if place.is_file() and place.name != "__init__.py":
            return f"{_shown(place, project)} is a module and no package: rename it, or the import"
        return f"{_shown(folder, project)} has no {last!r}{_nearest(last, _modules_in(folder))}"
    if parent and _is_installed(top):
        return f"the installed {top!r} has no module {name!r}: check its name and {top}'s version"
    if (place_below := _folder_with(top, project)) is not None:
        return (
            f'{top!r} is in {place_below}: add "{place_below}" to "dependencies" in langgraph.json'
        )
    package = _DISTRIBUTIONS.get(name) or _DISTRIBUTIONS.get(top) or top.replace("_", "-")
    return (
        f"install it where Fanjoin runs (uv pip install {package}); if it is your own, add its "
        f'folder to "dependencies" in langgraph.json'
    )


def _of_missing_name(module: ModuleType | None, name: str, project: Project) -> str:
    if module is None:
        return ""
    file = getattr(module, "__file__", None)
    nearest = _nearest(name, vars(module))
    if file is not None and project.holds(Path(file)):
        return f"{_shown(Path(file), project)} does not define it{nearest}"
    top = module.__name__.partition(".")[0]
    return f"the installed version of {top!r} does not have it{nearest}"


def _quoted(said: str) -> str:
    """Return the name in `cannot import name 'x' from 'y'`."""
    return said.split("'")[1] if said.count("'") > 1 else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ": check the name"


def _modules_in(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.suffix == ".py" or (path.is_dir() and path.name.isidentifier()):
            yield path.stem


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _folder_with(name: str, project: Project) -> str | None:
    """Return the folder below the project's that holds a module of this name."""
    for folder, folders, files in os.walk(project.folder):
        depth = len(Path(folder).relative_to(project.folder).parts)
        is_package = name in folders and any(Path(folder, name).glob("*.py"))
        if depth and (f"{name}.py" in files or is_package):
            return f"./{Path(folder).relative_to(project.folder).as_posix()}"
        folders[:] = sorted(
            one for one in folders if one not in NOT_SOURCES and not one.startswith(".")
        )
        if depth >= _DEEPEST:
            folders.clear()
    return None


def _is_of_environment(error: KeyError) -> bool:
    """Whether `os.environ` lacks the key."""
    paths = [path for path, _ in _lines_to(error)]
    return bool(paths) and paths[-1].name in ("os.py", "<frozen os>")
