"""What the code of a node shows without running it; what cannot be read shows nothing."""

import ast
from dataclasses import dataclass

from langgraph.constants import END

from app.graphs.lint.configurable import settings_read
from app.graphs.lint.definitions import (
    Definition,
    author_of,
    definition_of,
    function_of,
    own_nodes,
)
from app.graphs.lint.state_use import keys_read, keys_required, keys_updated


@dataclass(frozen=True)
class NodeSource:
    """What a node's code names: state keys, settings of the config, and whether it steers."""

    may_write: frozenset[str] = frozenset()
    """Keys of its literal returns."""

    surely_writes: frozenset[str] = frozenset()
    updates: frozenset[str] = frozenset()
    """Keys it may write in any way that can be read: by a variable or a Command, too."""

    reads: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    """Keys it reads by `state["key"]`, which fails where nobody has written them."""

    settings: frozenset[str] = frozenset()
    """Keys of `config["configurable"]` that are not LangGraph's own."""

    has_goto: bool = False


def read_source(runnable: object, *, is_wrapped: bool) -> NodeSource:
    """Read the function behind a node; `is_wrapped` when the fan-out kit has wrapped it."""
    function = author_of(runnable) if is_wrapped else function_of(runnable)
    definition = definition_of(function)
    return NodeSource() if definition is None else _summarize(function, definition)


def _summarize(function: object, definition: Definition) -> NodeSource:
    own = list(own_nodes(definition))
    returns = [_literal_keys(node.value) for node in own if isinstance(node, ast.Return)]
    ends_in_return = isinstance(definition.body[-1], ast.Return)
    return NodeSource(
        may_write=frozenset().union(*returns),
        surely_writes=frozenset.intersection(*returns) if ends_in_return else frozenset(),
        updates=keys_updated(definition),
        reads=keys_read(definition),
        requires=keys_required(definition),
        settings=settings_read(function, definition),
        has_goto=any(isinstance(node, ast.Call) and _is_goto(node) for node in own),
    )


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
