"""The graphs this service offers, read from langgraph.json.

LangGraph Studio reads the same file, so what one shows the other serves.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from app.errors import GraphNotFound, InvalidGraphs
from app.graphs.contracts import ContextContract, InputContract, OutputContract, StateContract
from app.graphs.langgraph_json import GraphDef, read_declarations
from app.graphs.lint import Finding, lint_graph
from app.graphs.loader import GraphFileError, load_graph
from app.graphs.namespaces import path_of
from app.graphs.project import Project, open_project
from app.graphs.schemas import UNDESCRIBABLE, has_keys, is_open, pascal
from app.graphs.shape import BranchPolicy, Shape, shape_of
from app.graphs.types import TypeName, declared_types, defined_types

Described = TypeVar("Described", InputContract, OutputContract, ContextContract, StateContract)


@dataclass(frozen=True)
class GraphEntry:
    """One named graph, and all that start-up can know about it."""

    id: str
    description: str
    file: str
    graph: CompiledStateGraph[Any, Any, Any, Any]
    shape: Shape
    input: InputContract
    output: OutputContract
    state: StateContract
    context: ContextContract | None
    """What a request may set besides the input; None when the graph declares no context."""

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

    @property
    def joins(self) -> list[str]:
        return self.shape.joins


class GraphRegistry(Mapping[str, GraphEntry]):
    """Graph id to entry; fixed once loaded."""

    def __init__(self, entries: list[GraphEntry], types: frozenset[TypeName] = frozenset()) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self.types = types
        """What checkpoints may hold: the types that graphs declare or their modules define."""

    def __getitem__(self, graph_id: str) -> GraphEntry:
        try:
            return self._entries[graph_id]
        except KeyError:
            known = ", ".join(self._entries) or "none"
            message = f"there is no graph {graph_id!r}; available graphs: {known}"
            raise GraphNotFound(message) from None

    def __contains__(self, graph_id: object) -> bool:
        return graph_id in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

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
        )


@dataclass(frozen=True)
class Inspection:
    """What langgraph.json leads to: the usable graphs, and everything that is wrong."""

    entries: list[GraphEntry]
    problems: list[str]
    findings: list[Finding]
    types: frozenset[TypeName] = frozenset()


async def load_registry(graphs_file: Path) -> GraphRegistry:
    """Load every graph; raise InvalidGraphs with every problem at once."""
    inspection = await inspect_graphs(graphs_file)
    certain = [str(finding) for finding in inspection.findings if finding.severity == "error"]
    if problems := [*inspection.problems, *certain]:
        raise InvalidGraphs(problems)
    return GraphRegistry(inspection.entries, inspection.types)


async def inspect_graphs(graphs_file: Path) -> Inspection:
    """Load what can be loaded, and say of the rest what is wrong."""
    declared = read_declarations(graphs_file)
    files = [declaration.path.rpartition(":")[0] for declaration in declared.graphs]
    project = open_project(graphs_file, declared.dependencies, files)
    entries: list[GraphEntry] = []
    problems = [*declared.problems, *project.problems]
    for declaration in declared.graphs:
        try:
            entries.append(await _load_entry(declaration, project))
        except GraphFileError as error:
            problems.append(f"graph {declaration.graph_id!r}: {error}")
    findings = [
        finding for entry in entries for finding in lint_graph(entry.id, entry.file, entry.graph)
    ]
    types = defined_types(project.roots).union(*(declared_types(one.graph) for one in entries))
    return Inspection(entries, problems, findings, types)


async def _load_entry(declared: GraphDef, project: Project) -> GraphEntry:
    graph = await load_graph(declared.path, project=project, name=declared.graph_id)
    builder = graph.builder
    for schema in (builder.state_schema, builder.input_schema, builder.output_schema):
        if not (has_keys(schema) or is_open(schema)):
            raise GraphFileError(
                f"its state is {schema}, one value without keys: name them in a TypedDict, a "
                f"dataclass or a Pydantic model"
            )
    name = pascal(declared.graph_id)
    return GraphEntry(
        id=declared.graph_id,
        description=declared.description,
        file=declared.path.rpartition(":")[0],
        graph=graph,
        shape=shape_of(graph),
        input=_described(InputContract, builder, f"{name}Input"),
        output=_described(OutputContract, builder, f"{name}Output"),
        state=_described(StateContract, builder, f"{name}State"),
        context=_described(ContextContract, builder.context_schema, f"{name}Context")
        if builder.context_schema
        else None,
    )


def _described(contract: Callable[[Any, str], Described], schema: Any, name: str) -> Described:
    try:
        made = contract(schema, name)
        made.json_schema()
    except UNDESCRIBABLE as error:
        raise GraphFileError(
            f"{name} cannot be described in JSON ({str(error).splitlines()[0]}): give the "
            f"StateGraph an input_schema and an output_schema of plain types"
        ) from error
    return made
