"""Variables in files: mounted secrets, `env` of langgraph.json, and `.env`; the first wins.

A file of the folder FANJOIN_SECRETS_DIR is a variable: its name the variable's, its text the value,
the way Docker and Kubernetes mount secrets. `env` of langgraph.json is an object of variables, or
names a file like `.env`.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values, load_dotenv

_ENV_FILE = Path(".env")

_GRAPHS_FILE = "FANJOIN_GRAPHS_FILE"

_NAME = re.compile(r"[^\s=\0]+")
"""Of a variable that a process can have; shells cannot set one with a blank."""

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class UnreadableVariables(Exception):
    """A file of variables cannot be used; the message leaves out its values."""


def load_variable_files(graphs_file: Path | None = None) -> None:
    """Put the variables of all files into the process environment; none overrides another.

    Raises UnreadableVariables.
    """
    load_secret_files()
    load_declared_env(graphs_file)
    load_env_file()


def load_secret_files() -> None:
    """Load the files of FANJOIN_SECRETS_DIR that are named like a variable.

    Other files are ignored, and so is a missing folder. Raises UnreadableVariables.
    """
    folder = os.environ.get("FANJOIN_SECRETS_DIR")
    if not folder or not Path(folder).is_dir():
        return
    fix = f"they must be text that user {os.getuid()} can read"
    try:
        files = [file for file in Path(folder).iterdir() if _is_unset_variable(file)]
    except OSError as error:
        raise UnreadableVariables(f"The secrets cannot be used: {error}; {fix}.") from error
    for file in files:
        try:
            os.environ[file.name] = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise UnreadableVariables(
                f"The secrets cannot be used: {file}: {_reason(error)}; {fix}."
            ) from error


def load_declared_env(graphs_file: Path | None = None) -> None:
    """Load `env` of langgraph.json, which is where FANJOIN_GRAPHS_FILE says if it is not given.

    Raises UnreadableVariables.
    """
    for name, value in declared_env(graphs_file or _find_graphs_file()).items():
        os.environ.setdefault(name, value)


def declared_env(graphs_file: Path) -> dict[str, str]:
    """Return the variables that `env` of a langgraph.json declares.

    A file that it names and that is not there declares none. `.env` of the working directory is
    left to `load_env_file`. What else is wrong with langgraph.json is not this function's to say.
    Raises UnreadableVariables.
    """
    try:
        content = json.loads(graphs_file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    declared = content.get("env") if isinstance(content, dict) else None
    if declared is None:
        return {}
    subject = f'{graphs_file}: "env"'
    if isinstance(declared, str):
        file = graphs_file.parent / declared
        if file.is_dir():
            fix = "name a file of lines like NAME=value"
            raise UnreadableVariables(f"{subject} names {file}, which is a folder: {fix}.")
        if file.resolve() == _ENV_FILE.resolve():
            return {}
        variables: Mapping[str, Any] = _variables_in(file)
        subject += f" names {file}, which"
    elif isinstance(declared, dict):
        variables = declared
    else:
        raise UnreadableVariables(f'{subject} must be the name of a file or {{"NAME": "value"}}.')
    return _checked(variables, subject)


def load_env_file() -> None:
    """Load `.env` of the working directory. Raises UnreadableVariables."""
    try:
        load_dotenv(_ENV_FILE)
    except (OSError, ValueError) as error:
        raise UnreadableVariables(f".env cannot be read: {_reason(error)}") from error


def _find_graphs_file() -> Path:
    """Return where the settings will say that langgraph.json is."""
    try:
        in_env_file = _variables_in(_ENV_FILE)
    except UnreadableVariables:  # `load_env_file` says so
        in_env_file = {}
    for variables in (os.environ, in_env_file):
        for name, value in variables.items():
            if name.upper() == _GRAPHS_FILE and value:
                return Path(value)
    return Path("langgraph.json")


def _variables_in(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        return {name: value for name, value in dotenv_values(file).items() if value is not None}
    except (OSError, ValueError) as error:
        raise UnreadableVariables(f"{file} cannot be read: {_reason(error)}") from error


def _checked(variables: Mapping[str, Any], subject: str) -> dict[str, str]:
    """Return variables that the graphs may have; the service's own stand elsewhere."""
    ours = sorted(name for name in variables if name.upper().startswith("FANJOIN_"))
    if ours:
        fix = "set them in the environment of the service, or in .env of its working directory"
        raise UnreadableVariables(f"{subject} sets {', '.join(ours)}: {fix}.")
    for name, value in variables.items():
        if not _NAME.fullmatch(name) or not _is_text(name):
            fix = "no variable can have it: write a name without blanks, '=' and NUL"
            raise UnreadableVariables(f"{subject} has the name {name!r}: {fix}.")
        if not isinstance(value, str) or "\0" in value or not _is_text(value):
            raise UnreadableVariables(f"{subject} sets {name} to what is no text: write text.")
    return dict(variables)


def _is_text(text: str) -> bool:
    """Whether UTF-8 can hold a text: JSON may hold half a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _is_unset_variable(file: Path) -> bool:
    is_variable = _VARIABLE.fullmatch(file.name) is not None and file.is_file()
    return is_variable and not os.environ.get(file.name)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
