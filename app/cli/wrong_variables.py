"""A variable that cannot be used, with its value and the mend."""

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import SecretStr
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from app.cli.view.measures import one_line
from app.settings import Settings


@dataclass(frozen=True)
class WrongVariable:
    """One variable, or what stands between several."""

    field: str
    """Of the settings; empty for a file of variables that cannot be read."""

    name: str
    """As the environment has it."""

    detail: str
    mend: str


def wrong_variable(details: ErrorDetails) -> WrongVariable:
    """Describe one error of the settings; those of ours say the mend after a colon."""
    message = details["msg"].removeprefix("Value error, ")
    said, mend = message, ""
    if details["type"] == "value_error" and ": " in message:
        said, mend = message.rsplit(": ", 1)
    if not details["loc"]:
        # The one rule over several variables: a door that is open to the world needs keys.
        return WrongVariable("api_keys", variable_of("api_keys"), said, mend)
    place, *inside = map(str, details["loc"])
    field = next(known for known in Settings.model_fields if known.lower() == place.lower())
    name = variable_of(field)
    value = "(hidden)" if _is_secret(field) else repr(details["input"])
    detail = f"{'.'.join([name, *inside])} = {one_line(value)}: {said}"
    return WrongVariable(field, name, detail, mend or _mend(field))


def wrong_json(error: SettingsError) -> list[WrongVariable]:
    """Describe a value that must be JSON and is not: only the message tells whose it is."""
    return [
        WrongVariable(
            field,
            variable_of(field),
            f"{variable_of(field)} is not valid JSON: {error.__cause__}",
            _mend(field),
        )
        for field in Settings.model_fields
        if f'"{field}"' in str(error)
    ]


def variable_of(field: str) -> str:
    return field.upper() if field.startswith("openai_") else f"FANJOIN_{field.upper()}"


def _mend(field: str) -> str:
    default = Settings.model_fields[field].get_default(call_default_factory=True)
    without = "" if default in (None, {}, ()) else f", which means {default}"
    return f"set {variable_of(field)} right, or leave it out{without}"


def _is_secret(field: str) -> bool:
    return _holds_secret(Settings.model_fields[field].annotation)


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))
