"""Variables that cannot be used, each with its value and the fix."""

import json
import os
import re
from dataclasses import dataclass
from typing import Any, get_args

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from app.cli.view.measures import one_line
from app.plain_json import shortened
from app.settings import Settings

_LONGEST_VALUE = 200


@dataclass(frozen=True)
class WrongVariable:
    """One variable."""

    field: str
    """Of the settings; empty for a file of variables that cannot be read."""

    detail: str
    fix: str


def wrong_variables(error: ValidationError | SettingsError) -> list[WrongVariable]:
    """Describe each error of the settings; raises `error` again if it names no variable."""
    if isinstance(error, ValidationError):
        return [_describe(details) for details in error.errors()]
    # A value that must be JSON and is not: only the message says whose it is.
    field = re.search(r'field "(\w+)"', str(error))
    if field is None:
        raise error
    detail = f"{variable_of(field[1])} is not valid JSON: {error.__cause__}"
    return [WrongVariable(field[1], detail, _fix(field[1]))]


_JSON_FIELDS = {"prices", "oidc_required_claims"}


def unreadable_values() -> list[WrongVariable]:
    """List the variables whose values pydantic can neither read nor refuse."""
    return [
        WrongVariable(field, f"{variable_of(field)} {problem}", _fix(field))
        for field in Settings.model_fields
        for name, value in os.environ.items()
        if name.upper() == variable_of(field)
        and (problem := _why_unreadable(value, is_json=field in _JSON_FIELDS))
    ]


def _why_unreadable(value: str, *, is_json: bool) -> str:
    try:
        value.encode()
        if is_json:
            json.loads(value)
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    except RecursionError:
        return "is nested too deep"
    except ValueError:
        return ""  # pydantic says so
    return ""


def variable_of(field: str) -> str:
    return field.upper() if field.startswith("openai_") else f"FANJOIN_{field.upper()}"


def _describe(details: ErrorDetails) -> WrongVariable:
    """Our own messages have the fix after their last colon."""
    problem, fix = details["msg"].removeprefix("Value error, "), ""
    if details["type"] == "value_error" and ": " in problem:
        problem, fix = problem.rsplit(": ", 1)
    if not details["loc"]:
        # The one rule about several variables: an address open to others needs keys.
        return WrongVariable("api_keys", problem, fix)
    name, *path = map(str, details["loc"])
    field = next(field for field in Settings.model_fields if field.lower() == name.lower())
    is_secret = _is_secret(Settings.model_fields[field].annotation)
    value = "(hidden)" if is_secret else shortened(one_line(repr(details["input"])), _LONGEST_VALUE)
    detail = f"{'.'.join([variable_of(field), *path])} = {value}: {problem}{_bounds(field)}"
    return WrongVariable(field, detail, fix or _fix(field))


def _fix(field: str) -> str:
    default = Settings.model_fields[field].get_default(call_default_factory=True)
    without = "" if default in (None, {}, ()) else f", which means {default}"
    return f"correct {variable_of(field)}, or leave it out{without}"


def _bounds(field: str) -> str:
    """Name the bounds of a number, also where the error is that it is none."""
    bounds = Settings.model_fields[field].metadata
    low = [f"at least {bound.ge}" for bound in bounds if isinstance(bound, Ge)]
    low += [f"more than {bound.gt}" for bound in bounds if isinstance(bound, Gt)]
    high = [f"at most {bound.le}" for bound in bounds if isinstance(bound, Le)]
    return f" ({', '.join(low + high)})" if low or high else ""


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_is_secret, get_args(annotation)))
