"""JSON for a program to read."""

import sys
from typing import Any

from pydantic_core import to_json


def write_json(value: Any) -> None:
    sys.stdout.write(to_json(value, indent=2).decode() + "\n")
