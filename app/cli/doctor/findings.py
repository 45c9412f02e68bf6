"""What a check has found."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "error", "skipped"]
"""An error keeps something from working; a warning may; what was skipped was not looked at."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check looked at."""

    status: Status
    detail: str
    """How it is."""

    mend: str | None = None
    """What to do about it; every warning and error says so."""
