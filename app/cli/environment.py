"""Settings for a command: the environment, `.env`, and the options given beside them."""

from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli.errors import BadSettings
from app.cli.wrong_variables import WrongVariable, unreadable_values, wrong_variables
from app.env_files import load_variable_files
from app.settings import Settings


def load_settings(**options: Any) -> Settings:
    """Read the settings, an option that is not None before a variable.

    `.env` and `env` of langgraph.json go into the process environment too, where the graphs read
    `OPENAI_*`.
    Raises BadSettings with a line for each wrong variable, or UnreadableVariables.
    """
    load_variable_files(options.get("graphs_file"))
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if isinstance(value, str) and not _is_text(value):
            raise BadSettings(f"--{name.replace('_', '-')} {value!r} is not UTF-8 text.")
    if unreadable := unreadable_values():
        raise BadSettings(_describe(unreadable))
    try:
        return Settings(**given)
    except (ValidationError, SettingsError) as error:
        raise BadSettings(_describe(wrong_variables(error))) from error


def _is_text(value: str) -> bool:
    """The system hands over bytes that are no text as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _describe(variables: list[WrongVariable]) -> str:
    lines = [f"  {wrong.detail}: {wrong.fix}" for wrong in variables]
    return "\n".join(["The settings cannot be used:", *lines])
