"""The keys of threads before revision r0004."""

import re
from dataclasses import dataclass

_KEY = re.compile(r"([0-9a-f]*)/([A-Za-z0-9][A-Za-z0-9_.-]*)/(.+)", re.DOTALL)
"""An owner is the hash of an API key, or empty; neither it nor a graph's id has a slash."""


@dataclass(frozen=True)
class OldKey:
    """Where a thread had its state of one graph."""

    owner: str
    graph_id: str
    thread_id: str

    @classmethod
    def read(cls, key: str) -> "OldKey | None":
        """Return what a stored key says; None if it is of today, or no key of a thread."""
        match = _KEY.fullmatch(key)
        return None if match is None else cls(*match.groups())

    def __str__(self) -> str:
        return f"{self.owner}/{self.graph_id}/{self.thread_id}"
