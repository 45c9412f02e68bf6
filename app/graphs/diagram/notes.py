"""What a picture says of a branch besides its name."""

from app.graphs.shape import Graph, builder_of
from app.graphs.wire import mark_of


def note_of(graph: Graph, node: str) -> str:
    """Return what the kit knows of a graph's node; empty for any other node, START and END."""
    builder = builder_of(graph)
    spec = builder.nodes.get(node) if builder is not None else None
    mark = mark_of(spec) if spec is not None else {}
    notes = {
        "optional": mark.get("required") is False,
        "one per item": mark.get("items") is not None,
    }
    return ", ".join(note for note, applies in notes.items() if applies)
