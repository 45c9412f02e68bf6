"""The variables that the graphs read, found in their source: nothing of it is imported.

A field of theirs is explained right under it: a string that begins with the variable's name,
"`TAVILY_API_KEY`; with it the web is searched by Tavily."
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_GRAPH_FILE = re.compile(r'"([^"]+\.py):\w+"')


_NAMED = re.compile(r"FANJOIN_[A-Z0-9_]+")


_EXPLAINED = re.compile(r"`([A-Z][A-Z0-9_]+)`[:;] (.+)", re.DOTALL)


@dataclass(frozen=True)
class Documented:
    """One variable of the graphs."""

    name: str
    explanation: str
    is_optional: bool
    """Without it something is left out, where others have a default."""


def documented_variables(graphs_file: Path) -> list[Documented]:
    """Return the variables by name; none where the registry or a file cannot be read."""
    found = {
        variable.name: variable
        for source in _sources(graphs_file)
        for variable in _explained_in(source)
    }
    return [found[name] for name in sorted(found)]


def named_variables(graphs_file: Path) -> set[str]:
    """Return every FANJOIN_ variable that stands anywhere in the source, explained or not."""
    return {name for source in _sources(graphs_file) for name in _NAMED.findall(source)}


def _sources(graphs_file: Path) -> Iterator[str]:
    root = graphs_file.absolute().parent
    named = _GRAPH_FILE.findall(_text(graphs_file))
    for folder in sorted({(root / name).parent for name in named}):
        # A graph beside the registry stands beside everything: virtual environments, tests.
        for file in folder.rglob("*.py") if folder != root else folder.glob("*.py"):
            yield _text(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return ""


def _explained_in(source: str) -> Iterator[Documented]:
    if not _EXPLAINED.search(source):
        return
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            for field, below in pairwise(node.body):
                if isinstance(field, ast.AnnAssign) and (documented := _documented(field, below)):
                    yield documented


def _documented(field: ast.AnnAssign, below: ast.stmt) -> Documented | None:
    match below:
        case ast.Expr(value=ast.Constant(value=str(text))):
            found = _EXPLAINED.fullmatch(text)
        case _:
            return None
    return found and Documented(found[1], " ".join(found[2].split()), _may_be_none(field))


def _may_be_none(field: ast.AnnAssign) -> bool:
    return any(
        isinstance(part, ast.Constant) and part.value is None for part in ast.walk(field.annotation)
    )
