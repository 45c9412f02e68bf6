"""What a graph may be called: its file, its test and its id in the registry bear this name."""

import keyword
import re

from app.cli.errors import NotWritten

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


_LONGEST = 40
"""What is written with a name of this length still fits into its lines."""


def check_name(name: str) -> None:
    """Raise NotWritten, with the mend, unless the name is a short identifier in snake_case."""
    if not _NAME.fullmatch(name):
        raise NotWritten(f"{name!r} is no name in snake_case: say {_mend(name)}")
    if keyword.iskeyword(name):
        raise NotWritten(f"{name!r} is a word of Python: say {name}_graph")
    if len(name) > _LONGEST:
        raise NotWritten(f"{name!r} is longer than {_LONGEST} letters: say it shorter")


def _mend(name: str) -> str:
    """Return the nearest good name, or one that shows the form."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    snake = re.sub(r"[\W_]+", "_", parted).strip("_").lower()
    is_good = _NAME.fullmatch(snake) and not keyword.iskeyword(snake)
    return snake if is_good else "it like my_graph"
