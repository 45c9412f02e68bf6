"""What is certainly wrong with a graph, and what looks wrong, before anybody runs it."""

from app.lint.check import lint_graph
from app.lint.finding import Finding, Severity

__all__ = ["Finding", "Severity", "lint_graph"]
