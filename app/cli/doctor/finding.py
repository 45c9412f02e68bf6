"""The result of a check."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "error", "skipped"]
"""An error stops something from working, a warning may; a skipped check did not run."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check looked at."""

    status: Status
    detail: str
    fix: str | None = None
    """What to do about it; every warning and error has one."""
