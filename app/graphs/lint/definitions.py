"""The code of a function as a syntax tree; what cannot be read has none."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def function_of(node: object) -> object:
    """Return the function that a runnable or a partial calls."""
    function = getattr(node, "func", None) or getattr(node, "afunc", None) or node
    while isinstance(function, partial):
        function = function.func
    return function


def author_of(node: object) -> object:
    """Return what the fan-out kit has wrapped: the author's function, object or sub-graph."""
    function = function_of(node)
    # The wrapper's closure holds the author's node, for LangGraph's own search for sub-graphs.
    return function_of(closure_of(function).get("node"))


def definition_of(function: object) -> Definition | None:
    """Return the definition of a function, or of an object's `__call__`."""
    if (code := routine_of(function)) is None:
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError, SyntaxError):  # made at run time, built in, or a lambda in a call
        return None
    first = tree.body[0]
    return first if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else None


def routine_of(function: object) -> Callable[..., Any] | None:
    """Return the function itself, or the `__call__` of an object; None for what is neither."""
    if not callable(function):
        return None
    return function if inspect.isroutine(function) else type(function).__call__


def closure_of(function: object) -> dict[str, Any]:
    """Return the variables of enclosing functions that a function uses, as far as they are set."""
    if not inspect.isfunction(function):
        return {}
    try:
        return dict(inspect.getclosurevars(function).nonlocals)
    except ValueError:  # a variable that its function has not set yet
        return {}


def own_nodes(definition: Definition) -> Iterator[ast.AST]:
    """Walk a function's own code, not that of functions within it."""
    for statement in definition.body:
        yield from _nodes_of(statement)


def _nodes_of(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, _SCOPES):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _nodes_of(child)
