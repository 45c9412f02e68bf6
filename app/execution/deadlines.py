"""Whether a request's deadline can cut anything off, for the report's warnings."""

from langgraph.graph.state import CompiledStateGraph

from app.graphs.registry import GraphEntry
from app.graphs.shape import Graph
from app.graphs.wire import mark_of
from app.report.recorder import Recorder
from app.runs.request import RunRequest


def warn_of_deadline(recorder: Recorder, entry: GraphEntry, request: RunRequest) -> None:
    """Warn where no branch may be missing from the answer: then a deadline shortens nothing."""
    if request.deadline is None:
        return
    if not entry.shape.has_fan_out:
        recorder.warn(
            f"deadline_ms stops nothing in {entry.id}: it stops branches of add_fan_out, and the "
            f"graph has none: add some, or leave it out"
        )
    elif not _has_branch_to_spare(entry.graph):
        recorder.warn(
            f"deadline_ms cuts nothing off in {entry.id}: every branch is required, so a run past "
            f"it fails: give a branch required=False or a fallback"
        )


def _has_branch_to_spare(graph: Graph) -> bool:
    """Whether some branch, at any depth, is optional or has a fallback."""
    inner = [one for _, one in graph.get_subgraphs(recurse=True)]
    graphs = [one for one in (graph, *inner) if isinstance(one, CompiledStateGraph)]
    marks = [mark_of(spec) for one in graphs for spec in one.builder.nodes.values()]
    return any(mark.get("required") is False or mark.get("has_fallback") for mark in marks)
