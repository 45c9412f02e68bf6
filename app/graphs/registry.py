"""The graphs this service offers, read from langgraph.json.

LangGraph Studio reads the same file, so what one shows the other serves.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from app.errors import GraphExcluded, GraphNotFound, InvalidGraphs
from app.graphs.contracts import ContextContract, InputContract, OutputContract, StateContract
from app.graphs.declared import declared_by
from app.graphs.factory import Factory
from app.graphs.graph_errors import GraphFileError
from app.graphs.langgraph_json import GraphDef, read_declarations
from app.graphs.langgraph_keys import Note
from app.graphs.lint import Finding, lint_graph
from app.graphs.loader import load_graph
from app.graphs.namespaces import path_of
from app.graphs.places import Place, places_of
from app.graphs.project import Project, open_project
from app.graphs.schemas import UNDESCRIBABLE, pascal
from app.graphs.shape import BranchPolicy, Graph, Shape, shape_of
from app.graphs.types import TypeName, declared_types, defined_types

logger = logging.getLogger(__name__)

Described = TypeVar("Described", InputContract, OutputContract, ContextContract, StateContract)


@dataclass(frozen=True)
class GraphEntry:
    """One named graph, and all that start-up can know about it."""

    id: str
    description: str
    file: str
    graph: Graph
    shape: Shape
    input: InputContract
    output: OutputContract
    state: StateContract
    context: ContextContract | None
    """What a request may set besides the input; None when the graph declares no context."""

    factory: Factory | None = None
    """What makes the graph of each run; None where all runs share `graph`."""

    @property
    def branches(self) -> list[BranchPolicy]:
        return self.shape.branches

    def state_at(self, ns: str) -> StateContract | None:
        """Return what may be written at a checkpoint namespace; None where no graph is known."""
        if not ns:
            return self.state
        inner = dict(self.graph.get_subgraphs(recurse=True)).get("|".join(path_of(ns)))
        if not isinstance(inner, CompiledStateGraph):
            return None
        return StateContract(inner.builder, f"{pascal(self.id)}InnerState")

    @cached_property
    def secret_keys(self) -> tuple[str, ...]:
        """Keys of input and context whose values are shown to nobody."""
        of_context = frozenset() if self.context is None else self.context.secret_keys
        return tuple(sorted(self.input.secret_keys | of_context))

    @cached_property
    def places(self) -> Mapping[tuple[str, ...], Place]:
        """The graph and its sub-graphs: what routers may name, and what nodes may write."""
        return places_of(self.graph)

    @property
    def joins(self) -> list[str]:
        return self.shape.joins


class GraphRegistry(Mapping[str, GraphEntry]):
    """Graph id to entry; fixed once loaded, unless `adopt` replaces all of them."""

    def __init__(
        self,
        entries: list[GraphEntry],
        types: frozenset[TypeName] = frozenset(),
        excluded: Mapping[str, str] | None = None,
    ) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self.types = types
        """What checkpoints may hold: the types that graphs declare or their modules define."""

        self.excluded = excluded or {}
        """Why a declared graph cannot be served, by its id."""

    def __getitem__(self, graph_id: str) -> GraphEntry:
        """Return a graph.

        Raises:
            GraphExcluded: the graph is declared and cannot be served.
            GraphNotFound: no graph has this id.
        """
        try:
            return self._entries[graph_id]
        except KeyError:
            if graph_id in self.excluded:
                message = f"graph {graph_id!r} cannot be served: GET /info says why"
                raise GraphExcluded(message) from None
            known = ", ".join(self._entries) or "none"
            message = f"there is no graph {graph_id!r}; available graphs: {known}"
            raise GraphNotFound(message) from None

    def __contains__(self, graph_id: object) -> bool:
        return graph_id in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def adopt(self, newer: "GraphRegistry") -> None:
        """Offer another registry's graphs to all who hold this one.

        Runs that have started keep their entry.
        """
        self._entries = dict(newer)
        self.types = newer.types
        self.excluded = newer.excluded

    def with_store(self, store: BaseStore) -> "GraphRegistry":
        """Return the same graphs with a store; one that brought its own keeps it."""
        return GraphRegistry(
            [
                entry
                if entry.graph.store is not None
                else replace(entry, graph=entry.graph.copy(update={"store": store}))
                for entry in self._entries.values()
            ],
            self.types,
            self.excluded,
        )


@dataclass(frozen=True)
class Inspection:
    """What langgraph.json leads to: the usable graphs, and everything that is wrong."""

    entries: list[GraphEntry]
    of_the_file: list[str]
    """What is wrong with langgraph.json itself, or between its modules."""

    broken: dict[str, str]
    """Why a graph does not load, by its id."""

    findings: list[Finding]
    types: frozenset[TypeName] = frozenset()
    notes: Sequence[Note] = ()
    """What of langgraph.json has no effect."""

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong besides what the lint says."""
        return [*self.of_the_file, *(f"graph {name!r}: {why}" for name, why in self.broken.items())]

    @property
    def refusals(self) -> list[str]:
        """Everything that keeps a graph from being served."""
        return [*self.problems, *map(str, self._certain)]

    @property
    def registry(self) -> GraphRegistry:
        """The graphs that can be served, and why the others cannot."""
        excluded = {finding.graph_id: str(finding) for finding in self._certain} | self.broken
        good = [entry for entry in self.entries if entry.id not in excluded]
        return GraphRegistry(good, self.types, excluded)

    @property
    def _certain(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]


async def load_registry(
    graphs_file: Path, *, excludes_bad: bool = False, may_be_empty: bool = False
) -> GraphRegistry:
    """Load every graph, and log what of langgraph.json has no effect.

    `excludes_bad` leaves out graphs that do not load or that the lint refuses, as long as one is
    left or there may be none.

    Raises:
        InvalidGraphs: with every problem at once.
    """
    inspection = await inspect_graphs(graphs_file)
    registry, refusals = inspection.registry, inspection.refusals
    is_enough = excludes_bad and (may_be_empty or len(registry) > 0)
    if inspection.of_the_file or (refusals and not is_enough):
        raise InvalidGraphs(refusals)
    for refusal in refusals:
        logger.error("graph excluded", extra={"error": refusal})
    for note in inspection.notes:
        logger.warning("part of langgraph.json has no effect", extra={"part": str(note)})
    return registry


async def inspect_graphs(graphs_file: Path) -> Inspection:
    """Load what can be loaded, and say of the rest what is wrong."""
    declared = read_declarations(graphs_file)
    files = [declaration.path.rpartition(":")[0] for declaration in declared.graphs]
    project = open_project(graphs_file, declared.dependencies, files)
    entries: list[GraphEntry] = []
    broken = dict(declared.broken)
    for declaration in declared.graphs:
        try:
            entries.append(await _load_entry(declaration, project))
        except GraphFileError as error:
            broken[declaration.graph_id] = str(error)
    findings = [
        finding for entry in entries for finding in lint_graph(entry.id, entry.file, entry.graph)
    ]
    types = defined_types(project.roots).union(*(declared_types(one.graph) for one in entries))
    of_the_file = [*declared.problems, *project.problems]
    return Inspection(entries, of_the_file, broken, findings, types, declared.notes)


async def _load_entry(declaration: GraphDef, project: Project) -> GraphEntry:
    loaded = await load_graph(declaration.path, project=project, name=declaration.graph_id)
    graph, declared = loaded.graph, declared_by(loaded.graph)
    name = pascal(declaration.graph_id)
    return GraphEntry(
        id=declaration.graph_id,
        description=declaration.description,
        file=declaration.path.rpartition(":")[0],
        graph=graph,
        shape=shape_of(graph),
        input=_described(InputContract, declared, f"{name}Input"),
        output=_described(OutputContract, declared, f"{name}Output"),
        state=_described(StateContract, declared, f"{name}State"),
        context=_described(ContextContract, declared.context_schema, f"{name}Context")
        if declared.context_schema
        else None,
        factory=loaded.factory,
    )


def _described(contract: Callable[[Any, str], Described], declared: Any, name: str) -> Described:
    try:
        made = contract(declared, name)
        made.json_schema()
    except UNDESCRIBABLE as error:
        raise GraphFileError(
            f"{name} cannot be described in JSON ({str(error).splitlines()[0]}): give the "
            f"StateGraph an input_schema and an output_schema of plain types"
        ) from error
    return made
