"""The settings of the graphs, in their source: every dataclass named …Settings."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.readme_diagrams import ROOT
from tests.shipped import SHIPPED


def settings_classes() -> list[type]:
    """Return the classes of the shipped graphs that are there, and of the adapters."""
    return [
        getattr(import_module(module), name)
        for file in sorted((ROOT / "graphs").rglob("*.py"))
        if (module := _module_of(file)) and module.split(".")[1] in {*SHIPPED, "adapters"}
        for name in _classes_in(file)
    ]


def docs_of(settings: type) -> dict[str, str]:
    """Return each field's explanation: the string that stands right under it."""
    body = ast.parse(textwrap.dedent(inspect.getsource(settings))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(below.value, ast.Constant)
            docs[field.target.id] = " ".join(str(below.value.value).split())
    return docs


def variables_of(settings: type) -> dict[str, tuple[str, str]]:
    """Return by field the variable that it is read from, and its explanation."""
    variables = {}
    for name, doc in docs_of(settings).items():
        match = re.fullmatch(r"`(\w+)`[:;] (.*)", doc)
        assert match, f"{settings.__name__}.{name}: begin its explanation with its `VARIABLE`"
        variables[name] = (match[1], match[2])
    return variables


def _module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def _classes_in(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings"):
            yield node.name
