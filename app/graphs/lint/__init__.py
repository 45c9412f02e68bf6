"""What is certainly wrong with a graph, and what looks wrong, before anybody runs it."""

from app.graphs.lint.check import lint_graph
from app.graphs.lint.finding import Finding, Severity

__all__ = ["Finding", "Severity", "lint_graph"]
