"""Settings for a command: the environment, `.env`, and the options given beside them."""

from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli.errors import BadSettings
from app.cli.wrong_variables import wrong_variables
from app.env_files import load_variable_files
from app.settings import Settings


def load_settings(**options: Any) -> Settings:
    """Read the settings, an option that is not None before a variable.

    `.env` goes into the process environment too, for the graphs read `OPENAI_*` from there.
    Raises BadSettings with a line for each wrong variable, or UnreadableVariables.
    """
    load_variable_files()
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except (ValidationError, SettingsError) as error:
        lines = [f"  {wrong.detail}: {wrong.fix}" for wrong in wrong_variables(error)]
        raise BadSettings("\n".join(["The settings cannot be used:", *lines])) from error
