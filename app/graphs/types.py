"""The types that a graph's state may hold: checkpoints restore these without a warning.

LangGraph collects the types that schemas name, where it is told to be strict. A node may also write
what an `Any` lets it write, so what the project's own modules define belongs to them, too.
"""

import dataclasses
import sys
from abc import ABCMeta
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum, EnumMeta
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

from langgraph.pregel import Pregel
from pydantic import BaseModel

from app.graphs.declared import declared_by
from app.graphs.shape import Graph, builder_of

_SERVICE = __name__.partition(".")[0]

_METACLASSES = (type, ABCMeta, EnumMeta, type(BaseModel))
"""Those of the types that checkpoints hold; another may do anything where it is looked at."""

TypeName = tuple[str, str]
"""Module and name, as a checkpoint has them."""


def declared_types(graph: Graph) -> frozenset[TypeName]:
    """Return the types that a graph's schemas and those of its sub-graphs name, nested ones too."""
    types: set[type[Any]] = set()
    seen: set[int] = set()
    inner = [one for _, one in graph.get_subgraphs(recurse=True) if isinstance(one, Pregel)]
    for one in (graph, *inner):
        for schema in _schemas_of(one):
            _collect(schema, types, seen)
    return _named(types)


def defined_types(roots: Iterable[Path]) -> frozenset[TypeName]:
    """Return the types that the loaded modules of some folders define."""
    places = tuple(f"{root}/" for root in roots)
    known = list(sys.modules.items())
    modules = [(name, module) for name, module in known if _is_below(module, places)]
    return _named({cls for name, module in modules for cls in _defined_in(module, name)})


def _named(types: Iterable[type[Any]]) -> frozenset[TypeName]:
    """Return the names by which checkpoints restore types.

    They look a class up in its module by its name alone, so one that stands inside another class or
    a function is given to its module, unless something there has its name.
    """
    by_name: dict[TypeName, set[type[Any]]] = defaultdict(set)
    for cls in types:
        by_name[cls.__module__, cls.__name__].add(cls)
    for (module_name, name), (cls, *others) in by_name.items():
        module = sys.modules.get(module_name)
        if isinstance(module, ModuleType) and not others and name not in vars(module):
            setattr(module, name, cls)
    return frozenset(by_name)


def _defined_in(owner: Any, module_name: str) -> Iterator[type[Any]]:
    """Yield the types that a module or a class of it defines."""
    for name, value in list(vars(owner).items()):
        if type(value) not in _METACLASSES:
            continue
        if value.__module__ != module_name or value.__name__ != name:
            continue
        if _is_stored_by_name(value):
            yield value
        yield from _defined_in(value, module_name)


def _is_below(module: Any, places: tuple[str, ...]) -> bool:
    """Whether it is a module of these folders; anything may stand in `sys.modules`."""
    if not isinstance(module, ModuleType):
        return False
    known = vars(module)  # a `__getattr__` of a module may do anything
    if str(known.get("__name__")).partition(".")[0] == _SERVICE:
        return False
    file = known.get("__file__")
    return isinstance(file, str) and file.startswith(places) and "/site-packages/" not in file


def _schemas_of(graph: Graph) -> Iterator[Any]:
    declared, builder = declared_by(graph), builder_of(graph)
    yield from (declared.state_schema, declared.input_schema, declared.output_schema)
    yield declared.context_schema
    if builder is not None:
        yield from (spec.input_schema for spec in builder.nodes.values())
    for channel in (graph if builder is None else builder).channels.values():
        yield from (getattr(channel, "ValueType", None), getattr(channel, "UpdateType", None))


def _collect(hint: Any, types: set[type[Any]], seen: set[int]) -> None:
    """Add the types within an annotation, and those that their fields name."""
    if id(hint) in seen:
        return
    seen.add(id(hint))
    for part in (*get_args(hint), *_around(hint)):
        _collect(part, types, seen)
    if not isinstance(hint, type):
        return
    if _is_stored_by_name(hint):
        types.add(hint)
    for part in _hints_of(hint):
        _collect(part, types, seen)


def _around(hint: Any) -> list[Any]:
    """Return what stands behind an alias, a NewType, a generic or a type variable."""
    names = ("__supertype__", "__value__", "__origin__", "__bound__", "__constraints__")
    parts = [getattr(hint, name, None) for name in names]
    return [*parts[:-1], *(parts[-1] or ())]


def _hints_of(cls: type[Any]) -> list[Any]:
    try:
        return list(get_type_hints(cls, include_extras=True).values())
    except Exception:  # noqa: BLE001  # a name that only a type checker knows
        return [field.annotation for field in getattr(cls, "model_fields", {}).values()]


def _is_stored_by_name(value: Any) -> bool:
    """Whether a checkpoint names the class of such objects."""
    if not isinstance(value, type):
        return False
    if issubclass(value, BaseModel | Enum) or dataclasses.is_dataclass(value):
        return True
    return issubclass(value, tuple) and hasattr(value, "_fields")
