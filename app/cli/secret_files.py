"""Secrets that come as files, the way Docker and Kubernetes mount them.

A file of the folder FANJOIN_SECRETS_DIR is a variable: its name the variable's, its text the value.
"""

import os
import re
from pathlib import Path

from app.cli.errors import BadSettings

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def load_secret_files() -> None:
    """Put the files' values into the process environment, where they overrule nothing.

    Other files of the folder are passed over, and so is a folder that is not there.
    Raises BadSettings for what cannot be read.
    """
    folder = os.environ.get("FANJOIN_SECRETS_DIR")
    if not folder or not Path(folder).is_dir():
        return
    try:
        for file in Path(folder).iterdir():
            if _is_wanted(file):
                os.environ[file.name] = file.read_text().rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        mend = f"they must be text that user {os.getuid()} can read"
        raise BadSettings(f"The secrets cannot be used: {error}; {mend}.") from error


def _is_wanted(file: Path) -> bool:
    is_variable = _VARIABLE.fullmatch(file.name) is not None and file.is_file()
    return is_variable and not os.environ.get(file.name)
