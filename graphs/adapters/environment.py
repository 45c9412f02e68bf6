"""Variables of the process environment, which is all a graph has under Studio.

Whoever uses a setting reads it anew each time, into a plain dataclass beside the code that needs
it: pydantic-settings takes a quarter of a millisecond for every read.
"""

import os


def text_in(variable: str) -> str | None:
    """Return the value without white space around it; None if the variable is unset or empty."""
    return os.environ.get(variable, "").strip() or None


def address_in(variable: str, default: str) -> str:
    """Return a URL without a slash at its end; the default if the variable is unset or empty."""
    return (text_in(variable) or default).rstrip("/")
