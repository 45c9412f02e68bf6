"""The nodes and edges that LangGraph draws for a graph."""

from langchain_core.runnables import RunnablePassthrough
from langchain_core.runnables.graph import Graph as Drawing
from langgraph.graph import END, START

from app.graphs.shape import Graph, builder_of


def drawing_of(graph: Graph, *, xray: bool = False) -> Drawing:
    """Return a graph as LangGraph draws it; without its edges where it cannot draw them.

    It fails where a graph made of channels by hand is not triggered by a single input.
    """
    try:
        return graph.get_graph(xray=xray)
    except Exception:
        if builder_of(graph) is not None:
            raise
    drawing = Drawing()
    nodes = {name: drawing.add_node(graph.nodes[name].bound, name) for name in graph.nodes}
    start, end = (
        drawing.add_node(RunnablePassthrough(), START),
        drawing.add_node(RunnablePassthrough(), END),
    )
    for node in nodes.values():
        drawing.add_edge(start, node)
        drawing.add_edge(node, end)
    return drawing
