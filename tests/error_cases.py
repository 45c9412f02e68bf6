"""Errors of every kind, and what service and kit both say of them."""

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, SecretStr


class Wrapped(Exception):
    """As a client library raises it."""


class Mute(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NoText(Exception):
    def __str__(self) -> str:
        return 7  # type: ignore[return-value]  # noqa: PLE0307  # as no author should


class Answer(BaseModel):
    count: int
    token: SecretStr


def raised(act: Callable[[], Any]) -> BaseException:
    """Return what a function raises."""
    try:
        act()
    except BaseException as error:  # noqa: BLE001  # of any kind
        return error
    raise AssertionError("nothing was raised")


CITIES: dict[str, str] = {}


def refuse() -> None:
    raise OSError("[Errno 111] refused")


def _caused() -> None:
    try:
        refuse()
    except OSError as error:
        raise Wrapped("Connection error.") from error


def _handling() -> None:
    try:
        CITIES["city"]
    except KeyError:
        raise ValueError("no city") from None


def _met_while_handling() -> None:
    try:
        CITIES["city"]
    except KeyError:
        int("x")


def _repeating() -> None:
    try:
        _caused()
    except Wrapped as error:
        raise RuntimeError(f"search: {error}") from error


async def _task_groups() -> None:
    async def boom() -> None:
        raise ConnectionError("401 from the tools")

    async def inner() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(boom())

    async with asyncio.TaskGroup() as group:
        group.create_task(inner())


async def _timed_out() -> None:
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


def _cycle() -> BaseException:
    one, other = ValueError("one"), KeyError("other")
    one.__cause__, other.__cause__ = other, one
    return one


def _noted() -> BaseException:
    error = ValueError("bad")
    error.add_note("During task with name 'n' and id '1'")
    error.add_note("row 7\nof the sheet")
    return error


def _of_group_of_causes() -> BaseException:
    return BaseExceptionGroup("two", [raised(_caused), ExceptionGroup("more", [AssertionError()])])


CASES: dict[str, tuple[Callable[[], BaseException], str]] = {
    "plain": (lambda: ValueError("bad"), "bad"),
    "no text": (ValueError, "ValueError"),
    "an assertion": (AssertionError, "AssertionError"),
    "a key": (lambda: KeyError("city"), "'city'"),
    "an empty key": (lambda: KeyError(""), "KeyError"),
    "blanks": (lambda: ValueError(" \n"), "ValueError"),
    "cannot be read": (Mute, "its text cannot be read: SystemExit"),
    "no text at all": (NoText, "its text cannot be read: TypeError"),
    "an exit": (lambda: SystemExit(2), "2"),
    "a cause": (
        lambda: raised(_caused),
        "Connection error. (caused by OSError: [Errno 111] refused)",
    ),
    "a context that is hidden": (lambda: raised(_handling), "no city"),
    "a context": (
        lambda: raised(_met_while_handling),
        "invalid literal for int() with base 10: 'x' (while handling KeyError: 'city')",
    ),
    "a cause that is repeated": (
        lambda: raised(_repeating),
        "search: Connection error. (caused by OSError: [Errno 111] refused)",
    ),
    "causes in a circle": (_cycle, "one (caused by KeyError: 'other')"),
    "groups": (
        lambda: raised(lambda: asyncio.run(_task_groups())),
        "unhandled errors in a TaskGroup: ConnectionError: 401 from the tools",
    ),
    "a group of causes": (
        _of_group_of_causes,
        "two: Wrapped: Connection error. (caused by OSError: [Errno 111] refused); AssertionError",
    ),
    "a large group": (
        lambda: ExceptionGroup("many", [ValueError(f"{n}") for n in range(1000)]),
        "many: " + "".join(f"ValueError: {n}; " for n in range(5)) + "and 995 more",
    ),
    "what asyncio ends": (lambda: raised(lambda: asyncio.run(_timed_out())), "TimeoutError"),
    "a note": (_noted, "bad (row 7 of the sheet)"),
    "a model": (
        lambda: raised(lambda: Answer.model_validate({"count": "sk-secret", "token": 1})),
        (
            "Answer.count: Input should be a valid integer, unable to parse string as an integer; "
            "Answer.token: Input should be a valid string"
        ),
    ),
}


def _deep_chain() -> BaseException:
    error = ValueError("0")
    for number in range(1, 5000):
        later = ValueError(f"{number}")
        later.__cause__ = error
        error = later
    return error


def _deep_group() -> BaseException:
    error: Exception = ValueError("inmost")
    for _ in range(5000):
        error = ExceptionGroup("around", [error])
    return error


def _many_notes() -> BaseException:
    error = ValueError("bad")
    for number in range(10_000):
        error.add_note(f"{number}: {'x' * 10_000}")
    return error


def _endless() -> None:
    _endless()


class OwnCause(Exception):
    @property
    def __cause__(self) -> Any:  # type: ignore[override]  # as no author should
        raise SystemExit(4)

    __notes__ = property(lambda _: 1 / 0)  # nor this


def _chain_of_long_texts() -> BaseException:
    first, second = ValueError("x" * 1_000_000), ValueError("y" * 1_000_000)
    second.__cause__ = first
    return second


HUGE: dict[str, Callable[[], BaseException]] = {
    "a long text": lambda: ValueError("x" * 1_000_000),
    "a long chain": _deep_chain,
    "deep groups": _deep_group,
    "many notes": _many_notes,
    "a long chain of long texts": _chain_of_long_texts,
    "an endless recursion": lambda: raised(_endless),
    "members of its own": OwnCause,
}
"""What must end soon, and stay short."""
