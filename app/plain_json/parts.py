"""One value, opened by one level: a JSON scalar, or a list or a dict whose items are still raw.

What is known of a type is worked out once. `most` bounds how much of a value is read: so many items
of a container, so many bytes. An iterator is never advanced: a node still needs what it gives.
"""

import dataclasses
import math
from base64 import b64encode
from collections import deque
from collections.abc import Callable, ItemsView, KeysView, Mapping, ValuesView
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from itertools import islice
from numbers import Integral, Real
from pathlib import PurePath
from re import Pattern
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from app.plain_json.copies import LARGE
from app.plain_json.fields import fields_of
from app.plain_json.text import clean_text, shortened, type_name

EVERYTHING = 2**62

_LONGEST_REPR = 200

Opener = Callable[[Any, int], Any]

_BYTES = (bytes, bytearray, memoryview)

_SETS = (set, frozenset)

_VIEWS = (KeysView, ValuesView, ItemsView)

_TEXTS = (
    *(date, time, timedelta, Decimal, Fraction, UUID, Pattern, complex),
    *(IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network),
)
"""What pydantic writes as a text."""


def open_value(value: Any, most: int = EVERYTHING) -> Any:
    """Return a value's JSON scalar, or its items in a list or a dict; never raise.

    A type whose objects cannot be read is shown by their repr; where that fails, by its name.
    """
    try:
        cls: Any = type(value)
        return opener_of(cls)(value, most)
    except BaseException:  # noqa: BLE001  # the value's own code may end in anything
        return open_unknown(value, most)


def open_unknown(value: Any, _: int = 0) -> str:
    try:
        text = str.__str__(repr(value))
        return clean_text(shortened(text, _LONGEST_REPR))
    except BaseException:  # noqa: BLE001  # the value's own code may end in anything
        return type_name(value)


@lru_cache(maxsize=4096)
def opener_of(cls: type[Any]) -> Opener:
    """Return what opens the objects of a class."""
    if hasattr(cls, "__next__") or hasattr(cls, "__anext__"):
        return _open_iterator
    for kinds, opener in _OPENERS:
        if issubclass(cls, kinds):
            return opener
    if dataclasses.is_dataclass(cls):
        return _open_fields
    if hasattr(cls, "__pydantic_serializer__"):
        return _open_text
    return open_unknown


def _open_iterator(value: Any, _: int) -> Any:
    return type_name(value)


def _open_itself(value: Any, _: int) -> Any:
    return value


def _open_enum(value: Any, most: int) -> Any:
    return open_value(value.value, most)


def _open_str(value: Any, most: int) -> Any:
    return clean_text(str.__getitem__(value, slice(most)))


def _open_int(value: Any, _: int) -> Any:
    number = int.__pos__(value)
    return number if -LARGE < number < LARGE else hex(number)


def _open_float(value: Any, _: int) -> Any:
    number = float.__pos__(value)
    return number if math.isfinite(number) else None


def _open_integral(value: Any, most: int) -> Any:
    return _open_int(int(value), most)


def _open_real(value: Any, most: int) -> Any:
    return _open_float(float(value), most)


def _open_bytes(value: Any, most: int) -> Any:
    if isinstance(value, memoryview):
        value = value.tobytes()
    return b64encode(value[:most]).decode()


def _open_dict(value: Any, most: int) -> Any:
    return dict(islice(dict.items(value), most))


def _open_mapping(value: Any, most: int) -> Any:
    return dict(islice(value.items(), min(len(value), most)))


def _open_list(value: Any, most: int) -> Any:
    return list(islice(list.__iter__(value), most))


def _open_tuple(value: Any, most: int) -> Any:
    return list(islice(tuple.__iter__(value), most))


def _open_set(value: Any, most: int) -> Any:
    every = set if isinstance(value, set) else frozenset
    return list(islice(every.__iter__(value), most))


def _open_deque(value: Any, most: int) -> Any:
    return list(islice(deque.__iter__(value), most))


def _open_view(value: Any, most: int) -> Any:
    return list(islice(value, min(len(value), most)))


def _open_path(value: Any, _: int) -> Any:
    return clean_text(str.__str__(str(value)))


def _open_text(value: Any, _: int) -> Any:
    return to_jsonable_python(value, inf_nan_mode="null", bytes_mode="base64")


def _open_fields(value: Any, _: int) -> Any:
    return fields_of(value)


_OPENERS: tuple[tuple[Any, Opener], ...] = (
    ((bool, type(None)), _open_itself),
    (Enum, _open_enum),
    (str, _open_str),
    (int, _open_int),
    (float, _open_float),
    (_BYTES, _open_bytes),
    (BaseModel, _open_fields),
    (dict, _open_dict),
    (list, _open_list),
    (tuple, _open_tuple),
    (_SETS, _open_set),
    (deque, _open_deque),
    (_VIEWS, _open_view),
    (Mapping, _open_mapping),
    (PurePath, _open_path),
    (_TEXTS, _open_text),
    (Integral, _open_integral),
    (Real, _open_real),
)
"""In this order: an enum may be a text, too."""
