"""The state keys that a node's code reads and writes, as far as they stand there by name."""

import ast
from collections.abc import Iterator

from app.graphs.lint.definitions import Definition, own_nodes


def keys_read(definition: Definition) -> frozenset[str]:
    """Return the keys read by `state["key"]`, `state.get("key")` or `state.key`."""
    state = _state_of(definition)
    keys = set(keys_required(definition))
    for node in ast.walk(definition):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[key, *_]):
                keys |= _named(key) if name == state else set()
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Load()):
                keys |= {attribute} if name == state else set()
    return frozenset(keys)


def keys_required(definition: Definition) -> frozenset[str]:
    """Return the keys read by `state["key"]`, which fails where the key is not there."""
    state = _state_of(definition)
    keys: set[str] = set()
    for node in ast.walk(definition):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=key, ctx=ast.Load()):
                keys |= _named(key) if name == state else set()
    return frozenset(keys)


def keys_updated(definition: Definition) -> frozenset[str]:
    """Return the keys of what is returned: a dict, a `State(…)`, a Command, or a variable of it."""
    own = list(own_nodes(definition))
    returned = [node.value for node in own if isinstance(node, ast.Return) and node.value]
    names = {part.id for value in returned for part in _parts(value) if isinstance(part, ast.Name)}
    values = [*returned, *_assigned(own, names)]
    keys = {key for value in values for part in _parts(value) for key in _keys_of(part)}
    return frozenset(keys | set(_stored(own, names)))


def attributes_assigned(definition: Definition) -> frozenset[str]:
    """Return the attributes of its own object that a method sets, frozen or not."""
    names: set[str] = set()
    for node in ast.walk(definition):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.Call(func=ast.Attribute(attr="__setattr__"), args=[_, name, _]):
                names |= _named(name)
    return frozenset(names)


def _state_of(definition: Definition) -> str:
    arguments = [*definition.args.posonlyargs, *definition.args.args]
    names = [argument.arg for argument in arguments if argument.arg not in ("self", "cls")]
    return names[0] if names else ""


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    """Take a returned value apart: its alternatives, what it is merged from, a Command's update."""
    yield value
    match value:
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.BitOr(), right=other):
            parts = [one, other]
        case ast.Dict(keys=keys, values=values):
            parts = [part for key, part in zip(keys, values, strict=True) if key is None]
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            pass
        case ast.Call(keywords=keywords):
            parts = [one.value for one in keywords if one.arg in (None, "update")]
        case _:
            parts = []
    for part in parts:
        yield from _parts(part)


def _keys_of(value: ast.expr) -> set[str]:
    match value:
        case ast.Dict(keys=keys):
            return {name for key in keys if key is not None for name in _named(key)}
        case ast.Call(func=ast.Name(id=name), keywords=keywords) if name != "Command":
            # `State(key=…)` and `dict(key=…)`: any other function's arguments are its own.
            is_made = name == "dict" or name[:1].isupper()
            return {one.arg for one in keywords if one.arg is not None and is_made}
    return set()


def _assigned(nodes: list[ast.AST], names: set[str]) -> Iterator[ast.expr]:
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                yield value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                if name in names:
                    yield value
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=args):
                if name in names:
                    yield from args


def _stored(nodes: list[ast.AST], names: set[str]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=key, ctx=ast.Store()):
                yield from _named(key) if name in names else ()


def _named(key: ast.expr) -> set[str]:
    return {key.value} if isinstance(key, ast.Constant) and isinstance(key.value, str) else set()
