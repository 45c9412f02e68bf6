"""The settings as far as they can be used, so that one wrong variable hides nothing else."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli.wrong_variables import WrongVariable, wrong_json, wrong_variable
from app.env_files import UnreadableVariables, load_env_file, load_secret_files
from app.settings import Settings

_KEYS = ("stand-in for keys that are missing or weak",)
"""So that no second complaint comes of them: the door is not open, its keys are wrong."""


@dataclass(frozen=True)
class Reading:
    """What the environment and `.env` say."""

    settings: Settings
    """A default stands in for each variable that cannot be used."""

    wrong: list[WrongVariable]

    @property
    def wrong_fields(self) -> set[str]:
        return {variable.field for variable in self.wrong}


def read_settings(graphs_file: Path | None = None) -> Reading:
    """Read what can be read; what cannot be used is named with its value, unless it is secret."""
    wrong = _load_files()
    given: dict[str, Any] = {} if graphs_file is None else {"graphs_file": graphs_file}
    while True:
        try:
            return Reading(Settings(_env_file=None, **given), wrong)
        except ValidationError as error:
            found = [wrong_variable(details) for details in error.errors()]
        except SettingsError as error:
            found = wrong_json(error)
            if not found:
                raise
        wrong += found
        for variable in found:
            _leave_out(variable.name)
            given[variable.field] = _stand_in(variable.field)


def _load_files() -> list[WrongVariable]:
    """Put secret files and `.env` into the process environment, as every command does."""
    wrong = []
    for load, mend in (
        (load_secret_files, "let the service's user read them"),
        (load_env_file, "make it readable text"),
    ):
        try:
            load()
        except UnreadableVariables as error:
            wrong.append(WrongVariable("", "", str(error), mend))
    return wrong


def _leave_out(name: str) -> None:
    for known in [known for known in os.environ if known.upper() == name]:
        del os.environ[known]


def _stand_in(field: str) -> Any:
    if field == "api_keys":
        return _KEYS
    return Settings.model_fields[field].get_default(call_default_factory=True)
