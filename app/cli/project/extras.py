"""extras.txt: the extras of pyproject.toml that are installed, and which of them graphs need."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from app.cli.errors import NotWritten
from app.cli.project.imports import Imports

EXTRAS_FILE = "extras.txt"


def read_extras(root: Path) -> list[str]:
    file = root / EXTRAS_FILE
    return file.read_text(encoding="utf-8").split() if file.is_file() else []


def text_of(extras: list[str]) -> str:
    return "".join(f"{extra}\n" for extra in sorted(extras))


def needed_extras(root: Path, imports: Imports) -> set[str]:
    """Return the extras with a package that a file outside the tests imports.

    A package that is not installed has no known modules, so its extra is not among them.
    """
    imported = {
        module.split(".")[0]
        for path, modules in imports.items()
        if not path.startswith("tests/")
        for module in modules
    }
    distributions = {
        _normal(name)
        for module, names in packages_distributions().items()
        if module in imported
        for name in names
    }
    return {name for name, packages in _declared(root).items() if packages & distributions}


def _declared(root: Path) -> dict[str, set[str]]:
    file = root / "pyproject.toml"
    if not file.is_file():
        return {}
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except ValueError as error:
        raise NotWritten(f"{file} cannot be read as TOML ({error}): correct it") from error
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    return {
        name: {_normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in listed}
        for name, listed in extras.items()
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
