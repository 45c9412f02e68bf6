"""The fields of Pydantic models and dataclasses, as they stand, each still a Python value.

`model_dump` would do it in one call, but it wraps iterators, narrows what a field declares a base
class for, fails as a whole where one serializer raises, and ignores serializers for JSON alone.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

_NESTED = ("model", "dataclass")
"""Schemas whose values come with their own class, and are written by it."""

_OWN = "pydantic._internal"
"""Where serializers come from that Pydantic adds to containers and paths, which need none here."""


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How the objects of one class are read."""

    names: tuple[str, ...]
    name_set: frozenset[str]
    serialized: frozenset[str]
    """Fields with serializers of their author's."""

    computed: tuple[str, ...] = ()
    conditions: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """By field, what leaves it out where it returns true."""

    is_whole: bool = False
    """The class has a serializer for its objects as a whole."""

    @property
    def runs_code(self) -> bool:
        """Whether reading an object calls code of its author's."""
        return bool(self.serialized or self.computed or self.conditions or self.is_whole)


@lru_cache(maxsize=4096)
def plan_of(cls: type[Any]) -> Plan:
    """Return how a model's or dataclass's objects are read; what Python alone knows of others."""
    if (known := getattr(cls, "__pydantic_fields__", None)) is None:
        names = tuple(field.name for field in dataclasses.fields(cls))
        return Plan(names, frozenset(names), frozenset())
    fields: dict[str, FieldInfo] = {n: f for n, f in known.items() if not f.exclude}
    decorators, schema = cls.__pydantic_decorators__, getattr(cls, "__pydantic_core_schema__", None)
    by_field = dict(_fields_in(schema))
    return Plan(
        tuple(fields),
        frozenset(fields),
        frozenset(name for name in fields if _is_serialized(by_field.get(name))),
        tuple(decorators.computed_fields),
        {name: field.exclude_if for name, field in fields.items() if field.exclude_if is not None},
        bool(decorators.model_serializers),
    )


def fields_of(value: Any) -> Any:
    """Return a model's or a dataclass's fields by name; a root model's root.

    What its author's serializers return counts. Where one raises, the plain field does; a computed
    field that raises is left out.
    """
    cls: Any = type(value)
    plan = plan_of(cls)
    if plan.is_whole:
        try:
            return _dumped(value)
        except BaseException:  # noqa: BLE001, S110  # the author's code: its plain fields are left
            pass
    read = _read(value, plan)
    return read.get("root") if isinstance(value, RootModel) else read


def _read(value: Any, plan: Plan) -> dict[str, Any]:
    if isinstance(value, BaseModel) and not (plan.runs_code or value.__pydantic_extra__):
        plain: dict[str, Any] = value.__dict__
        if plain.keys() == plan.name_set:
            return plain.copy()
    read: dict[str, Any] = {}
    for name in plan.names:
        try:
            plain = object.__getattribute__(value, name)
        except BaseException:  # noqa: BLE001, S112  # the author's code, or made without it
            continue
        if not _is_left_out(plan.conditions.get(name), plain):
            read[name] = _of_field(value, name, plain) if name in plan.serialized else plain
    if isinstance(value, BaseModel) and value.__pydantic_extra__:
        read |= value.__pydantic_extra__
    for name in plan.computed:
        try:
            read[name] = getattr(value, name)
        except BaseException:  # noqa: BLE001, S112  # the author's code
            continue
    return read


def _of_field(value: Any, name: str, plain: Any) -> Any:
    try:
        return _dumped(value, include={name})[name]
    except BaseException:  # noqa: BLE001  # the author's code
        return plain


def _dumped(value: Any, **options: Any) -> Any:
    return type(value).__pydantic_serializer__.to_python(
        value,
        mode="json",
        by_alias=False,
        warnings=False,
        polymorphic_serialization=True,
        **options,
    )


def _is_left_out(condition: Any, plain: Any) -> bool:
    try:
        return condition is not None and bool(condition(plain))
    except BaseException:  # noqa: BLE001  # the author's code
        return False


def _fields_in(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a class with their schemas, from below the wrappers around them."""
    while isinstance(schema, dict):
        match schema["type"]:
            case "model-fields":
                yield from schema["fields"].items()
                return
            case "dataclass-args":
                yield from ((field["name"], field) for field in schema["fields"])
                return
            case "model" if schema.get("root_model"):
                yield "root", schema["schema"]
                return
            case "definitions" if schema["schema"]["type"] == "definition-ref":
                by_ref = {one.get("ref"): one for one in schema["definitions"]}
                schema = by_ref.get(schema["schema"]["schema_ref"])
            case _:
                schema = schema.get("schema")


def _is_serialized(schema: Any) -> bool:
    """Whether a field's schema has a serializer that its author added, outside nested classes."""
    if isinstance(schema, list | tuple):
        return any(map(_is_serialized, schema))
    if not isinstance(schema, dict):
        return False
    if (added := schema.get("serialization")) and not _is_of_pydantic(added):
        return True
    if schema.get("type") in _NESTED:
        return False
    return any(_is_serialized(part) for key, part in schema.items() if key != "metadata")


def _is_of_pydantic(added: Mapping[str, Any]) -> bool:
    if added["type"].endswith("-field"):  # a field of a TypedDict that is called serialization
        return not _is_serialized(added)
    module = getattr(added.get("function"), "__module__", None) or ""
    return module.startswith(_OWN)
