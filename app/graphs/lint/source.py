"""What the code of a node shows without running it; what cannot be read shows nothing."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from langgraph.constants import END

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class NodeSource:
    """Keys that a node's literal returns name, and whether it steers."""

    may_write: frozenset[str] = frozenset()
    surely_writes: frozenset[str] = frozenset()
    has_goto: bool = False


def read_source(runnable: object, *, is_wrapped: bool) -> NodeSource:
    """Read the function behind a node; `is_wrapped` when the fan-out kit has wrapped it."""
    function = _function_of(runnable)
    if is_wrapped and inspect.isfunction(function):
        # The wrapper's closure holds the author's node, for LangGraph's own search for sub-graphs.
        function = _function_of(inspect.getclosurevars(function).nonlocals.get("node"))
    definition = _definition_of(function)
    return NodeSource() if definition is None else _summarize(definition)


def _function_of(node: object) -> object:
    function = getattr(node, "func", None) or getattr(node, "afunc", None) or node
    while isinstance(function, partial):
        function = function.func
    return function


def _definition_of(function: object) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    if not callable(function):
        return None
    code: Callable[..., Any] = function
    if not inspect.isroutine(function):
        code = type(function).__call__
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError, SyntaxError):  # made at run time, built in, or a lambda in a call
        return None
    first = tree.body[0]
    return first if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _summarize(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> NodeSource:
    own = [node for statement in definition.body for node in _own_nodes(statement)]
    returns = [_literal_keys(node.value) for node in own if isinstance(node, ast.Return)]
    ends_in_return = isinstance(definition.body[-1], ast.Return)
    return NodeSource(
        may_write=frozenset().union(*returns),
        surely_writes=frozenset.intersection(*returns) if ends_in_return else frozenset(),
        has_goto=any(isinstance(node, ast.Call) and _is_goto(node) for node in own),
    )


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a function's own code, not that of functions within it."""
    if isinstance(node, _SCOPES):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _own_nodes(child)


def _literal_keys(value: ast.expr | None) -> frozenset[str]:
    if not isinstance(value, ast.Dict):
        return frozenset()
    constants = (key.value for key in value.keys if isinstance(key, ast.Constant))
    return frozenset(key for key in constants if isinstance(key, str))


def _is_goto(call: ast.Call) -> bool:
    """Whether this is `Command(goto=…)` to a node of this graph; END is not worth an edge."""
    made = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    name = made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
    arguments = {keyword.arg: keyword.value for keyword in call.keywords}
    if name != "Command" or "graph" in arguments or "goto" not in arguments:
        return False
    goto = arguments["goto"]
    return getattr(goto, "id", "") != "END" and getattr(goto, "value", "") != END
