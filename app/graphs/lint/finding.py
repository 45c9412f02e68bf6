"""What the lint says: a problem of a node, and the finding that says where it stands."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
"""An error is certainly wrong and refused; a warning only looks wrong."""


@dataclass(frozen=True)
class Problem:
    """What a rule has seen in one graph, which may be a sub-graph."""

    severity: Severity
    node: str
    message: str
    fix: str


@dataclass(frozen=True)
class Finding:
    """One problem of one entry of langgraph.json."""

    severity: Severity
    graph_id: str
    file: str
    """As written in langgraph.json."""

    node: str
    """The node or nodes concerned, with the path of sub-graphs that leads there."""

    message: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.file} ({self.graph_id}) {self.node}".rstrip()
        return f"{self.severity}: {place}: {self.message}; fix: {self.fix}"
