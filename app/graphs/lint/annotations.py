"""What an annotation promises that JSON cannot be.

LangGraph gives the nodes of a TypedDict state the request's own JSON, whatever the keys are
annotated as. JSON is str, int, float, bool, None, list, and dict with keys of str.
"""

import dataclasses
import inspect
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, EmailStr, RootModel, SecretBytes, SecretStr
from typing_extensions import TypeAliasType, get_type_hints, is_typeddict

from app.graphs.messages import is_reduced

_JSON = (str, int, float, bool, NoneType, list, dict)

_FORMS: dict[type[Any], tuple[str, ...]] = {
    date: ("str",),
    time: ("str",),
    timedelta: ("str", "float"),
    UUID: ("str",),
    Decimal: ("str", "float"),
    bytes: ("str",),
    bytearray: ("str",),
    PurePath: ("str",),
    SecretStr: ("str",),
    SecretBytes: ("str",),
    RootModel: (),
    BaseModel: ("dict[str, Any]",),
    Mapping: ("dict[str, Any]",),
    Set: ("list",),
    tuple: ("list",),
    deque: ("list",),
    str: ("str",),
    int: ("int",),
    float: ("float",),
    list: ("list",),
}
"""By class, what its objects are in JSON; the first that fits."""

_Bound = Mapping[Any, Any]
"""What the type variables of a generic alias or TypedDict stand for."""

_Place = tuple[_Bound, frozenset[Any]]
"""The bound variables, and the classes and aliases that lead here: some contain themselves."""


def objects_in(annotation: Any) -> dict[str, str]:
    """Return the types that JSON cannot be, at any depth, each with what JSON has in its place.

    Messages are left out, since LangGraph and the service make them of JSON. What cannot be
    resolved promises nothing.
    """
    return dict(_objects(annotation, ({}, frozenset())))


def shown(annotation: Any) -> str:
    """Write an annotation for people, without modules."""
    return re.sub(r"(?:\w+\.|<locals>\.)+(?=\w)", "", inspect.formatannotation(annotation))


def _objects(annotation: Any, place: _Place) -> Iterator[tuple[str, str]]:
    annotation, place = _resolved(annotation, place)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        yield from _of_union(args, place)
    elif origin is Literal:
        for value in args:
            yield from _of_class(type(value), (), place)
    elif annotation in (Any, object):
        return
    elif isinstance(origin or annotation, type):
        yield from _of_class(origin or annotation, args, place)
    elif args:  # Required, NotRequired, ReadOnly, Final, ClassVar
        yield from _objects(args[0], place)


def _resolved(annotation: Any, place: _Place) -> tuple[Any, _Place]:
    """Follow names to what they stand for; one that leads back to itself stands for anything."""
    bound, seen = place
    alias = get_origin(annotation) or annotation
    if isinstance(annotation, TypeVar):
        stands_for = bound.get(annotation, annotation.__bound__ or Any)
        return _resolved(stands_for, place) if stands_for is not annotation else (Any, place)
    if isinstance(alias, TypeAliasType):
        if alias in seen:
            return Any, place
        arguments = zip(alias.__type_params__, get_args(annotation), strict=False)
        return _resolved(_value_of(alias), ({**bound, **dict(arguments)}, seen | {alias}))
    if hasattr(annotation, "__metadata__"):
        is_made = is_reduced(annotation)
        return (Any, place) if is_made else _resolved(annotation.__origin__, place)
    if (supertype := getattr(annotation, "__supertype__", None)) is not None:
        return _resolved(supertype, place)
    return annotation, place


def _value_of(alias: TypeAliasType) -> Any:
    try:
        return alias.__value__
    except NameError:  # written before what it names, which is only imported for type checkers
        return Any


def _of_class(origin: type[Any], args: tuple[Any, ...], place: _Place) -> Iterator[tuple[str, str]]:
    if is_typeddict(origin):
        yield from _of_typed_dict(origin, args, place)
        return
    if not _json_can_be(origin):
        yield origin.__name__, " or ".join(_forms_of(origin)) or "what JSON has for it"
    if issubclass(origin, Mapping) and args:
        yield from _of_key(args[0], place)
        args = args[1:]
    if issubclass(origin, Iterable):
        for argument in args:
            yield from _objects(argument, place)


def _of_typed_dict(
    origin: type[Any], args: tuple[Any, ...], place: _Place
) -> Iterator[tuple[str, str]]:
    bound, seen = place
    if origin in seen:
        return
    arguments = zip(getattr(origin, "__parameters__", ()), args, strict=False)
    within = ({**bound, **dict(arguments)}, seen | {origin})
    for hint in hints_of(origin, include_extras=True).values():
        yield from _objects(hint, within)


def _of_key(key: Any, place: _Place) -> Iterator[tuple[str, str]]:
    """A dict's keys are str in JSON, whatever else they could be as values."""
    resolved, _ = _resolved(key, place)
    if resolved in (int, float, bool):
        yield f"{resolved.__name__} as a key", "str"
    yield from _objects(key, place)


def _of_union(members: tuple[Any, ...], place: _Place) -> Iterator[tuple[str, str]]:
    """A member promises nothing if another one stands for its JSON, as in `date | str`."""
    resolved = [_resolved(member, place)[0] for member in members]
    if any(_is_message(member) for member in resolved):
        return
    others = {form for member in resolved for form in _open_forms(member)}
    for member, target in zip(members, resolved, strict=True):
        forms = set(_forms_of(get_origin(target) or target))
        if not forms or not forms <= others:
            yield from _objects(member, place)


def _open_forms(annotation: Any) -> tuple[str, ...]:
    """Return the JSON that an annotation takes as it is, whatever is in it."""
    origin, args = get_origin(annotation) or annotation, get_args(annotation)
    if origin in (Any, object):
        return ("str", "int", "float", "dict[str, Any]", "list")
    if origin is float:
        return ("int", "float")
    if origin in (str, int):
        return (origin.__name__,)
    is_open = isinstance(origin, type) and all(inner in (Any, object) for inner in args[-1:])
    if not is_open or is_typeddict(origin):
        return ()
    try:
        if issubclass(dict, origin) and issubclass(origin, Mapping):
            return ("dict[str, Any]",)
        return ("list",) if issubclass(list, origin) else ()
    except TypeError:  # a protocol, which says nothing of classes
        return ()


def _json_can_be(origin: type[Any]) -> bool:
    if origin is EmailStr or _is_message(origin):
        return True
    try:
        return any(issubclass(one, origin) for one in _JSON)
    except TypeError:  # a protocol, which says nothing of classes
        return True


def _forms_of(origin: Any) -> tuple[str, ...]:
    if not isinstance(origin, type):
        return ()
    if issubclass(origin, Enum):
        return tuple(sorted({form for one in origin for form in _forms_of(type(one.value))}))
    if dataclasses.is_dataclass(origin):
        return ("dict[str, Any]",)
    return next((form for base, form in _FORMS.items() if issubclass(origin, base)), ())


def _is_message(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, BaseMessage)


def hints_of(schema: Any, *, include_extras: bool = False) -> dict[str, Any]:
    """Return what the keys of a schema are annotated as; nothing where that cannot be resolved."""
    try:
        return get_type_hints(schema, include_extras=include_extras)
    except (NameError, TypeError, AttributeError):
        return {}
