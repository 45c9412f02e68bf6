"""Python values as the JSON a caller is to get, written without the service's own code."""

import base64
import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, SecretBytes, SecretStr, TypeAdapter

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

MASKED = "**********"
"""What is shown of a secret that is not empty."""

_SECRET = re.compile(r'"s3cret[^"]*"')


def as_json(value: Any) -> Any:
    """Return a value as JSON: nothing narrowed, bytes as base64, secrets masked."""
    match value:
        case Enum():
            return as_json(value.value)
        case None | bool() | int() | float() | str():
            return value
        case BaseMessage():
            return as_json(value.model_dump())
        case BaseModel():
            return as_json(value.model_dump(serialize_as_any=True))
        case Mapping():
            return {_key(key): as_json(item) for key, item in value.items()}
        case list() | tuple():
            return [as_json(item) for item in value]
        case set() | frozenset():
            return sorted(as_json(item) for item in value)
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: as_json(getattr(value, field.name)) for field in fields}
    return _scalar(value)


def as_text(document: Any) -> str:
    """Return JSON as text to compare: 1, 1.0 and true differ, keys are sorted, ids are counted.

    The value of a key that begins with `s3cret` is masked, as the service may show it.
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    text = _SECRET.sub(f'"{MASKED}"', text)
    numbers: dict[str, int] = {}
    return _UUID.sub(lambda at: f"<id {numbers.setdefault(at[0], len(numbers) + 1)}>", text)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(as_json(key))


def _scalar(value: Any) -> Any:
    match value:
        case SecretStr() | SecretBytes():
            return MASKED if value.get_secret_value() else ""
        case bytes():
            return base64.urlsafe_b64encode(value).decode()
        case datetime() | time():
            return re.sub(r"\+00:00$", "Z", value.isoformat())
        case date():
            return value.isoformat()
        case timedelta():
            return TypeAdapter(timedelta).dump_python(value, mode="json")
        case Decimal() | UUID() | PurePath():
            return str(value)
    raise TypeError(f"the tests do not write {type(value).__name__} as JSON: {value!r}")
