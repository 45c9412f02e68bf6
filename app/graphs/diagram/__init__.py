"""A graph as a picture."""

from app.graphs.diagram.mermaid import mermaid_of
from app.graphs.diagram.plan import Plan, plan_of
from app.graphs.diagram.svg import svg_of

__all__ = ["Plan", "mermaid_of", "plan_of", "svg_of"]
