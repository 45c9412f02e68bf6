"""Variables in files: `.env`, and secrets the way Docker and Kubernetes mount them.

A file of the folder FANJOIN_SECRETS_DIR is a variable: its name the variable's, its text the value.
"""

import os
import re
from pathlib import Path

from dotenv import load_dotenv

_ENV_FILE = Path(".env")

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class UnreadableVariables(Exception):
    """A file of variables cannot be read; the message leaves out its contents."""


def load_variable_files() -> None:
    """Put secret files and then `.env` into the process environment; neither overrides a variable.

    Raises UnreadableVariables.
    """
    load_secret_files()
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


def load_env_file() -> None:
    """Load `.env` of the working directory. Raises UnreadableVariables."""
    try:
        load_dotenv(_ENV_FILE)
    except (OSError, ValueError) as error:
        raise UnreadableVariables(f".env cannot be read: {_reason(error)}") from error


def _is_unset_variable(file: Path) -> bool:
    is_variable = _VARIABLE.fullmatch(file.name) is not None and file.is_file()
    return is_variable and not os.environ.get(file.name)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
