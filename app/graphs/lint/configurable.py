"""The settings that code reads from `config["configurable"]`, itself or by what it hands it to."""

import ast
import inspect
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.graphs.lint.definitions import Definition, closure_of, definition_of, routine_of

EVERY_KEY = "**"
"""Stands for all keys at once: `Settings(**config["configurable"])`."""

_OWN = frozenset({"thread_id", "thread_ts", "run_id", "assistant_id", "graph_id", "fanjoin"})
_OWN_PREFIXES = ("checkpoint_", "langgraph_", "__", "x-")
"""What LangGraph, its server and the fan-out kit put there; the rest is the caller's."""

_LIBRARIES = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")]


def settings_read(function: object, definition: Definition) -> frozenset[str]:
    """Return the keys that are not LangGraph's own, with those that functions read for it.

    A function counts when it is handed the config and is not a library's, such as the class method
    `Settings.from_runnable_config(config)`.
    """
    return frozenset(_settings(function, definition, []))


def _settings(function: object, definition: Definition, seen: list[object]) -> Iterator[str]:
    if function in seen:
        return
    seen.append(function)
    names = _configurables(definition)
    for node in ast.walk(definition):
        yield from (key for key in _keys_at(node, names) if not _is_own(key))
    for callee in _readers(function, definition):
        if (code := definition_of(callee)) is not None:
            yield from _settings(callee, code, seen)


def _configurables(definition: Definition) -> set[str]:
    """Return the variables that hold `config["configurable"]`."""
    names: set[str] = set()
    for node in ast.walk(definition):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                if _is_configurable(value, names):
                    names.add(name)
    return names


def _is_configurable(value: ast.expr, names: set[str]) -> bool:
    match value:
        case ast.Subscript(slice=ast.Constant(value="configurable")):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=key), *_]):
            return key == "configurable"
        case ast.Name(id=name):
            return name in names
        case ast.BoolOp(values=values):
            return any(_is_configurable(one, names) for one in values)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_configurable(body, names) or _is_configurable(orelse, names)
        case ast.NamedExpr(value=inner):
            return _is_configurable(inner, names)
    return False


def _keys_at(node: ast.AST, names: set[str]) -> Iterator[str]:
    match node:
        case ast.Subscript(value=value, slice=key, ctx=ast.Load()):
            if _is_configurable(value, names):
                yield _key(key)
        case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[key, *_]):
            if _is_configurable(value, names):
                yield _key(key)
        case ast.Call(func=ast.Attribute(value=value, attr="items" | "values")):
            if _is_configurable(value, names):
                yield EVERY_KEY
        case ast.Call(args=[value], func=ast.Attribute(attr="model_validate" | "validate_python")):
            if _is_configurable(value, names):
                yield EVERY_KEY
    if isinstance(node, ast.Call) and any(
        one.arg is None and _is_configurable(one.value, names) for one in node.keywords
    ):
        yield EVERY_KEY


def _key(key: ast.expr) -> str:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    return EVERY_KEY


def _is_own(key: str) -> bool:
    return key in _OWN or key.startswith(_OWN_PREFIXES)


def _readers(function: object, definition: Definition) -> Iterator[object]:
    """Yield the functions that are handed the config by name."""
    configs = {"config", *_annotated(definition)}
    known = {**getattr(routine_of(function), "__globals__", {}), **closure_of(function)}
    for node in ast.walk(definition):
        if not isinstance(node, ast.Call):
            continue
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(value, ast.Name) and value.id in configs for value in values):
            callee = _resolve(node.func, known)
            if callee is not None and not _is_of_a_library(callee):
                yield callee


def _annotated(definition: Definition) -> Iterator[str]:
    for argument in [*definition.args.args, *definition.args.kwonlyargs]:
        if argument.annotation and "RunnableConfig" in ast.unparse(argument.annotation):
            yield argument.arg


def _resolve(callee: ast.expr, known: dict[str, Any]) -> Callable[..., Any] | None:
    """Return the function that a name, or a class's or module's attribute, stands for."""
    match callee:
        case ast.Name(id=name):
            target = known.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            owner = known.get(name)
            is_plain = inspect.isclass(owner) or inspect.ismodule(owner)
            target = inspect.getattr_static(owner, attribute, None) if is_plain else None
            target = getattr(target, "__func__", target)
        case _:
            target = None
    return target if inspect.isfunction(target) else None


def _is_of_a_library(function: Callable[..., Any]) -> bool:
    file = Path(inspect.getsourcefile(function) or "")
    return any(file.is_relative_to(folder) for folder in _LIBRARIES)
