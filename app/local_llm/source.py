"""What every source of weights has in common."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

from app.local_llm.weights import Weights


class Progress(Protocol):
    """Told how far a fetch has come; the caller draws it."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that `done` of `total` bytes are here, and what is being done now."""


class SourceFailed(Exception):
    """This source cannot give the weights; another may."""


Source: TypeAlias = Callable[[Weights, Path, Progress], None]
"""Writes the whole file to the path, or raises SourceFailed and keeps what helps a later try."""
