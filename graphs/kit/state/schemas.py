"""The author's state with the kit's own channel beside it, seen only by the kit's nodes."""

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_type_hints

from pydantic import BaseModel, Field, create_model
from typing_extensions import TypedDict, is_typeddict

from graphs.kit.errors import KitError
from graphs.kit.state.outcomes import OUTCOMES_KEY, OutcomesState

_OUTCOMES_TYPE = get_type_hints(OutcomesState, include_extras=True)[OUTCOMES_KEY]


@lru_cache(maxsize=256)
def with_outcomes(schema: type[Any]) -> type[Any]:
    """Return a state schema (TypedDict, Pydantic model or dataclass) that also holds the outcomes.

    A model or dataclass is subclassed, so that a node still receives an instance of its own type.
    """
    name = f"{schema.__name__}WithOutcomes"
    if is_typeddict(schema):
        hints = get_type_hints(schema, include_extras=True)
        typed_dict: Any = TypedDict
        return typed_dict(name, {**hints, OUTCOMES_KEY: _OUTCOMES_TYPE}, total=False)  # type: ignore[no-any-return]  # a class made at run time
    if issubclass(schema, BaseModel):
        field: Any = (_OUTCOMES_TYPE, Field(default_factory=dict))
        return create_model(name, __base__=schema, **{OUTCOMES_KEY: field})
    if dataclasses.is_dataclass(schema):
        default: Any = dataclasses.field(default_factory=dict, kw_only=True)
        return dataclasses.make_dataclass(
            name,
            [(OUTCOMES_KEY, _OUTCOMES_TYPE, default)],
            bases=(schema,),
            frozen=schema.__dataclass_params__.frozen,  # type: ignore[attr-defined]  # not in typeshed
        )
    raise KitError(f"{schema!r} cannot be a fan-out's state: use a TypedDict")


def without_outcomes(state: Any) -> Any:
    """Return the state as its author declared it."""
    if isinstance(state, Mapping):
        return {key: value for key, value in state.items() if key != OUTCOMES_KEY}
    return replace(state, OUTCOMES_KEY, {})


def default_of(schema: type[Any], key: str) -> Any:
    """Return what a state holds under a key that nobody has written, or None."""
    if issubclass(schema, BaseModel):
        field = schema.model_fields.get(key)
        if field is None or field.is_required():
            return None
        return field.get_default(call_default_factory=True)
    if dataclasses.is_dataclass(schema):
        return next((_default_of(f) for f in dataclasses.fields(schema) if f.name == key), None)
    return None


def _default_of(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default


def read(state: Any, key: str) -> Any:
    """Return what the state holds under a key, or None."""
    return state.get(key) if isinstance(state, Mapping) else getattr(state, key, None)


def replace(state: Any, key: str, value: Any) -> Any:
    """Return the state with one key changed."""
    if isinstance(state, Mapping):
        return {**state, key: value}
    if isinstance(state, BaseModel):
        return state.model_copy(update={key: value})
    return dataclasses.replace(state, **{key: value})
