"""Settings for a command: the environment, `.env`, and the options given beside them."""

from pathlib import Path
from typing import Any, get_args

from dotenv import load_dotenv
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from app.cli.errors import BadSettings
from app.cli.measures import one_line
from app.settings import Settings

_ENV_FILE = Path(".env")


def load_settings(**options: Any) -> Settings:
    """Read the settings, an option that is not None before a variable.

    `.env` goes into the process environment too, for the graphs read `OPENAI_*` from there.
    Raises BadSettings with a line for each wrong variable.
    """
    load_env_file()
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        wrong = [_line(details) for details in error.errors()]
        raise BadSettings("\n".join(["The settings cannot be used:", *wrong])) from error
    except SettingsError as error:
        # Raised for a value that must be JSON; only the message tells which field it was.
        wrong = [_variable(name) for name in Settings.model_fields if f'"{name}"' in str(error)]
        raise BadSettings(f"{''.join(wrong)} is not valid JSON: {error.__cause__}") from error


def load_env_file() -> None:
    """Put `.env` into the process environment, where it overrules nothing."""
    load_dotenv(_ENV_FILE)


def _line(details: ErrorDetails) -> str:
    if not details["loc"]:
        return f"  {details['msg']}"
    field, *inside = map(str, details["loc"])
    name = next((known for known in Settings.model_fields if known.lower() == field.lower()), field)
    value = "(hidden)" if _is_secret(name) else repr(details["input"])
    return f"  {'.'.join([_variable(name), *inside])} = {one_line(value)}: {details['msg']}"


def _variable(name: str) -> str:
    return name.upper() if name.startswith("openai_") else f"FANJOIN_{name.upper()}"


def _is_secret(name: str) -> bool:
    field = Settings.model_fields.get(name)
    return field is not None and _holds_secret(field.annotation)


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))
