"""What callers may know of a graph."""

from typing import Any

from pydantic import BaseModel, Field

from app.api.typed.schemas.graph_runs import example_of
from app.graphs.registry import GraphEntry


class BranchRead(BaseModel):
    """A branch and its policy; null where the graph declares none."""

    name: str
    fan_out: str | None = Field(description="The join it leads to.")
    required: bool | None
    timeout: float | None = Field(description="Seconds per attempt.")
    attempts: int | None
    has_fallback: bool | None
    has_cache: bool | None
    items: dict[str, int] | None = Field(
        description="Where it runs once per item of a list: `max_at_once`, `min` and `max`."
    )


class JoinRead(BaseModel):
    """A join and when it runs; null where the graph declares nothing."""

    name: str
    branches: list[str] | None = Field(description="In the order they were declared.")
    until: dict[str, Any] | None = Field(
        description="`kind` is `all`, `quorum` (with `k`), `decided` or `deadline` (`seconds`)."
    )
    fail_fast: bool | None
    attempts: int | None


class GraphRead(BaseModel):
    """A graph, its branches and schemas."""

    graph_id: str
    description: str
    branches: list[BranchRead]
    joins: list[str]
    join_policies: list[JoinRead] = Field(description="Of the `joins`, in their order.")
    example: Any = Field(description="A valid example input.")
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    context_schema: dict[str, Any] | None


def to_graph_read(entry: GraphEntry) -> GraphRead:
    """Return an entry as callers see it."""
    return GraphRead(
        graph_id=entry.id,
        description=entry.description,
        branches=[BranchRead(**vars(branch)) for branch in entry.branches],
        joins=entry.joins,
        join_policies=[JoinRead(**vars(join)) for join in entry.shape.join_policies],
        example=example_of(entry),
        input_schema=entry.input.json_schema(),
        output_schema=entry.output.json_schema(),
        context_schema=None if entry.context is None else entry.context.json_schema(),
    )
