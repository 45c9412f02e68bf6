"""A graph as Mermaid text, for READMEs and editors that render it."""

from typing import Any

from langgraph.graph.state import CompiledStateGraph


def mermaid_of(graph: CompiledStateGraph[Any, Any, Any, Any]) -> str:
    """Return the graph, sub-graphs included, as Mermaid text."""
    return graph.get_graph(xray=True).draw_mermaid()
