"""What each Python file of a project imports, read from its source."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDERS = ("app", "graphs", "tests")

Imports = Mapping[str, frozenset[str]]
"""By a file's path from the root: modules, and names in them, as `graphs.kit.Branch`."""


def imports_of(root: Path) -> Imports:
    """Read every file; one with a syntax error imports nothing."""
    files = sorted(file for name in FOLDERS for file in (root / name).rglob("*.py"))
    return {file.relative_to(root).as_posix(): _imports_in(file, root) for file in files}


def is_within(module: str, packages: frozenset[str]) -> bool:
    """Whether a module or a name is one of the packages or below one."""
    parts = module.split(".")
    return any(".".join(parts[:count]) in packages for count in range(1, len(parts) + 1))


def module_of(path: str) -> str:
    """Return the module of a file or folder: `graphs/research` is `graphs.research`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports_in(file: Path, root: Path) -> frozenset[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return frozenset()
    package = file.relative_to(root).parent.parts
    return frozenset(_imported(tree, package))


def _imported(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            yield from (f"{module}.{alias.name}" for alias in node.names)
