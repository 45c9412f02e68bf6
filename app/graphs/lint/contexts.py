"""Settings that a node looks for where the service does not put them."""

from collections.abc import Iterator

from app.graphs.lint.configurable import EVERY_KEY
from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology, named


def settings_outside_context(topology: Topology) -> Iterator[Problem]:
    """Find nodes that read `config["configurable"]` in a graph that declares a context_schema."""
    schema = topology.builder.context_schema
    if schema is None and not (topology.around and topology.around.has_context):
        return
    for name, source in {**topology.routers, **topology.sources}.items():
        if settings := source.settings:
            keys = "every key" if EVERY_KEY in settings else named(settings)
            context = getattr(schema, "__name__", "Context")
            yield Problem(
                "warning",
                name,
                f'reads {keys} from config["configurable"], and the graph declares a '
                f"context_schema: what a request sends as context is in runtime.context alone",
                f"give the node a parameter `runtime: Runtime[{context}]` and read runtime.context",
            )
