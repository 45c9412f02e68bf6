"""The default of a field as the JSON that a caller would have sent for it."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError, to_jsonable_python

from app.graphs.schemas import is_model, optional_keys


class NotJson(ValueError):
    """A default that JSON cannot hold."""


def keys_with_default(schema: Any) -> frozenset[str]:
    """Return the keys that a schema gives a value when they are absent."""
    if is_model(schema):
        fields = schema.model_fields.items()
        return frozenset(key for key, field in fields if not field.is_required())
    if dataclasses.is_dataclass(schema):
        names = {field.name for field in dataclasses.fields(schema)}
        return optional_keys(schema, is_state=False) & names
    return frozenset()


def default_of(schema: Any, key: str, validated: Any) -> Any:
    """Return the default of a key as JSON; `validated` is what the model made of a request.

    A validator of its author's may make something else of it, such as None.

    Raises:
        NotJson: JSON cannot hold it.
    """
    if isinstance(validated, BaseModel):
        return to_sent_json(getattr(validated, key))
    if (described := getattr(schema, "__pydantic_fields__", {}).get(key)) is not None:
        return to_sent_json(_default_in(described))
    field = next(field for field in dataclasses.fields(schema) if field.name == key)
    factory = field.default_factory
    return to_sent_json(field.default if factory is dataclasses.MISSING else factory())


def _default_in(field: FieldInfo) -> Any:
    if field.default_factory_takes_validated_data:
        raise NotJson("its factory needs the other keys")
    return field.get_default(call_default_factory=True)


def unwritable_defaults(schema: Any) -> Iterator[tuple[str, str]]:
    """Yield the keys whose default JSON cannot hold, each with the reason.

    A factory that needs the rest of a request is not called.
    """
    for key in sorted(keys_with_default(schema)):
        field = getattr(schema, "__pydantic_fields__", {}).get(key)
        if field is not None and field.default_factory_takes_validated_data:
            continue
        try:
            default_of(schema, key, None)
        except Exception as error:  # noqa: BLE001  # a factory of the graph's author may do anything
            yield key, str(error) if isinstance(error, NotJson) else repr(error)


def to_sent_json(value: Any) -> Any:
    """Return a value as the JSON that a caller would send for it: secrets and bytes in clear.

    Raises:
        NotJson: JSON cannot hold it.
    """
    match value:
        case SecretStr() | SecretBytes() | Secret():
            return to_sent_json(value.get_secret_value())
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError as error:
                raise NotJson(f"bytes that are not UTF-8 ({value[:20]!r})") from error
        case BaseModel():
            return {
                _sent_name(value, name): to_sent_json(item) for name, item in dict(value).items()
            }
        case Mapping():
            return {_key(key): to_sent_json(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_sent_json(item) for item in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            raise NotJson(str(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_sent_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    try:
        return to_jsonable_python(value)
    except (PydanticSerializationError, ValueError) as error:
        raise NotJson(f"a {type(value).__name__}") from error


def _sent_name(model: BaseModel, name: str) -> str:
    field = type(model).model_fields.get(name)
    alias = field.validation_alias if field is not None else None
    return alias if isinstance(alias, str) else name


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    text = to_jsonable_python({key: None})
    return str(next(iter(text)))
