"""Objects whose own code raises, lies or never ends wherever it is called."""

from collections import UserDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NoReturn


class Lie(BaseException):
    """No Exception: it passes every `except Exception`."""


def _fail(*_: Any, **__: Any) -> NoReturn:
    raise Lie


def _exit(*_: Any, **__: Any) -> NoReturn:
    raise SystemExit(3)


def _interrupt(*_: Any, **__: Any) -> NoReturn:
    raise KeyboardInterrupt


_SPECIAL = (
    *("__repr__", "__str__", "__eq__", "__len__", "__bool__", "__iter__", "__getattr__"),
    *("__contains__", "__getitem__", "__format__", "__int__", "__float__", "__index__"),
)


def _made(name: str, fails: Any, *bases: type[Any]) -> type[Any]:
    return type(name, bases, {**dict.fromkeys(_SPECIAL, fails), "__hash__": object.__hash__})


class _Faceless(type):
    @property
    def __name__(cls) -> NoReturn:  # type: ignore[override]  # that is the point
        raise Lie


class Nameless(metaclass=_Faceless):
    __repr__ = _fail


class Pretending:
    """Says it is a dict."""

    @property  # type: ignore[misc]  # that is the point
    def __class__(self) -> type[Any]:
        return dict


class RaisingClass:
    @property  # type: ignore[misc]  # that is the point
    def __class__(self) -> type[Any]:
        raise Lie


class BadMapping(Mapping[str, Any]):
    def __len__(self) -> int:
        raise Lie

    def __iter__(self) -> Iterator[str]:
        raise Lie

    def __getitem__(self, key: str) -> Any:
        raise Lie


class EndlessMapping(Mapping[str, Any]):
    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield str(number)

    def __getitem__(self, key: str) -> Any:
        return key


class BadEnum(Enum):
    ONE = 1

    @property
    def value(self) -> NoReturn:
        raise Lie


@dataclass(repr=False)
class BadDataclass:
    x: int = 1

    def __getattribute__(self, name: str) -> Any:
        raise Lie


class Numeric:
    """An int and a text at once would be refused; this one only looks like it."""

    __slots__ = ()
    __int__ = __float__ = __index__ = __repr__ = _exit


class BadUserDict(UserDict[str, Any]):
    items = _exit


class Attributes:
    def __getattribute__(self, name: str) -> Any:
        raise Lie


HOSTILE: list[Any] = [
    _made("Failing", _fail)(),
    _made("Exiting", _exit)(),
    _made("Interrupting", _interrupt)(),
    _made("BadList", _fail, list)([1, 2]),
    _made("BadDict", _exit, dict)({"a": 1}),
    _made("BadText", _fail, str)("text"),
    _made("BadInt", _fail, int)(3),
    _made("BadFloat", _exit, float)(1.5),
    _made("BadSet", _fail, frozenset)([1]),
    _made("BadTuple", _fail, tuple)((1, 2)),
    Nameless(),
    Pretending(),
    RaisingClass(),
    BadMapping(),
    EndlessMapping(),
    BadEnum.ONE,
    BadDataclass(),
    Numeric(),
    BadUserDict(a=1),
    Attributes(),
]
