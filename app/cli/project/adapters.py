"""The adapters that several graphs share: which of them a project needs."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from app.cli.project.imports import Imports

ADAPTERS = "graphs/adapters"
TESTS = "tests/graphs/adapters"


def paths_of_adapter(name: str) -> tuple[str, ...]:
    """Return where an adapter and its tests may be."""
    return (
        f"{ADAPTERS}/{name}",
        f"{ADAPTERS}/{name}.py",
        f"{TESTS}/{name}",
        f"{TESTS}/test_{name}.py",
    )


def all_adapters(imports: Imports) -> set[str]:
    return set(_files_of_adapters(imports))


def needed_adapters(imports: Imports, also: Iterable[str] = ()) -> set[str]:
    """Return what is imported, or in `also`, directly or by another adapter that is needed.

    An adapter is a module or a folder right below graphs/adapters; its own tests do not count.
    """
    files = _files_of_adapters(imports)
    outside = [path for path in imports if _adapter_of(path) is None]
    needed: set[str] = set()
    waiting = _imported_by(outside, imports) | set(also)
    while waiting:
        name = waiting.pop()
        if name in files and name not in needed:
            needed.add(name)
            waiting |= _imported_by(files[name], imports)
    return needed


def _files_of_adapters(imports: Imports) -> dict[str, set[str]]:
    """Return the files of each adapter, its tests among them."""
    files: dict[str, set[str]] = {}
    for path in imports:
        if (name := _adapter_of(path)) is not None:
            files.setdefault(name, set()).add(path)
    return files


def _adapter_of(path: str) -> str | None:
    """Return the adapter that a file is a part or a test of."""
    for folder in (ADAPTERS, TESTS):
        if path.startswith(f"{folder}/"):
            name = PurePosixPath(path).relative_to(folder).parts[0]
            name = name.removesuffix(".py")
            name = name.removeprefix("test_") if folder == TESTS else name
            return None if name == "__init__" else name
    return None


def _imported_by(paths: Iterable[str], imports: Imports) -> set[str]:
    prefix = ADAPTERS.replace("/", ".") + "."
    return {
        module.removeprefix(prefix).split(".")[0]
        for path in paths
        for module in imports[path]
        if module.startswith(prefix)
    }
