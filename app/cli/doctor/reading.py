"""The settings as far as they can be used, so that one wrong variable hides nothing else."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli.wrong_variables import WrongVariable, unreadable_values, variable_of, wrong_variables
from app.env_files import (
    UnreadableVariables,
    load_declared_env,
    load_env_file,
    load_secret_files,
)
from app.settings import Settings

_STAND_IN_KEYS = ("stand-in for keys that are missing or weak",)
"""Prevents a second error: the address is not open, its keys are wrong."""


@dataclass(frozen=True)
class Reading:
    """What the environment and `.env` say."""

    settings: Settings
    """With the default in place of each variable that cannot be used."""

    wrong: list[WrongVariable]

    @property
    def wrong_fields(self) -> set[str]:
        return {variable.field for variable in self.wrong}


def read_settings(graphs_file: Path | None = None) -> Reading:
    """Read what can be used; name the rest with its value, unless it is secret."""
    loads = (load_secret_files, partial(load_declared_env, graphs_file), load_env_file)
    wrong = [variable for load in loads for variable in _errors(load)]
    given: dict[str, Any] = {} if graphs_file is None else {"graphs_file": graphs_file}
    for variable in unreadable_values():
        wrong.append(variable)
        _unset(variable_of(variable.field))
        given[variable.field] = _stand_in(variable.field)
    while True:
        try:
            return Reading(Settings(_env_file=None, **given), wrong)
        except (ValidationError, SettingsError) as error:
            for variable in wrong_variables(error):
                wrong.append(variable)
                _unset(variable_of(variable.field))
                given[variable.field] = _stand_in(variable.field)


def _errors(load: Callable[[], None]) -> Iterator[WrongVariable]:
    try:
        load()
    except UnreadableVariables as error:
        yield WrongVariable("", str(error), "correct it, or remove it")


def _unset(name: str) -> None:
    for spelling in [spelling for spelling in os.environ if spelling.upper() == name]:
        del os.environ[spelling]


def _stand_in(field: str) -> Any:
    if field == "api_keys":
        return _STAND_IN_KEYS
    return Settings.model_fields[field].get_default(call_default_factory=True)
