"""Which folders of a project hold its packages: `src`, and those that its pyproject.toml names."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def source_folders(place: Path) -> list[Path]:
    """Return the folders below a project's that its modules are imported from."""
    named = [place / name for name in _named_in(_pyproject_of(place)) if isinstance(name, str)]
    folders = [folder.resolve() for folder in (place / "src", *named)]
    return [folder for folder in dict.fromkeys(folders) if _holds_packages(folder, place)]


def _holds_packages(folder: Path, place: Path) -> bool:
    """Whether a folder holds packages and is none itself."""
    is_below = folder != place and folder.is_relative_to(place)
    return is_below and folder.is_dir() and not (folder / "__init__.py").exists()


def _pyproject_of(place: Path) -> Any:
    try:
        return tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it is no graph's
        return {}


def _named_in(pyproject: Any) -> Iterator[Any]:
    """Yield the folders that setuptools, hatch, poetry and uv look for packages in."""
    tool = _part(pyproject, "tool")
    yield from _list(_part(tool, "setuptools", "packages", "find", "where"))
    yield _part(tool, "setuptools", "package-dir", "")
    wheel = _part(tool, "hatch", "build", "targets", "wheel")
    for name in (*_list(_part(wheel, "packages")), *_list(_part(wheel, "only-include"))):
        yield str(Path(str(name)).parent)
    yield from _list(_part(wheel, "sources"))
    yield from (_part(package, "from") for package in _list(_part(tool, "poetry", "packages")))
    yield _part(tool, "uv", "build-backend", "module-root")


def _part(table: Any, *names: str) -> Any:
    for name in names:
        table = table.get(name) if isinstance(table, dict) else None
    return {} if table is None else table


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
