"""A graph as a picture."""

from app.diagram.mermaid import mermaid_of
from app.diagram.svg import svg_of

__all__ = ["mermaid_of", "svg_of"]
