"""A graph's picture, as callers who draw it themselves see it."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from app.graphs.diagram import Plan
from app.graphs.diagram.plan import PlacedFigure, PlacedRoute


class DiagramSize(BaseModel):
    """The picture's width and height, in pixels."""

    width: float
    height: float


class DiagramPoint(BaseModel):
    """The middle of a label."""

    x: float
    y: float


class DiagramPlace(BaseModel):
    """A box, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class DiagramFigure(BaseModel):
    """A node; a sub-graph comes before the nodes inside it."""

    path: str = Field(description="The id of its rows without `[1]` and `#2`: `documents/hit`.")
    parent: str | None = Field(description="The path of the sub-graph it is drawn in.")
    name: str
    kind: Literal["branch", "join", "node", "end"] = Field(description="`end`: START or END.")
    note: str = Field(description="What is written below the name: `optional`, `one per item`.")
    lines: list[str] = Field(description="The name as it is broken; none for an inner START, END.")
    classes: list[str] = Field(description="Its kind, and `optional` and `group` if it is one.")
    place: DiagramPlace

    @classmethod
    def of(cls, placed: PlacedFigure) -> Self:
        figure, place = placed.figure, placed.place
        return cls(
            path=placed.path,
            parent=placed.parent,
            name=figure.name,
            kind=figure.kind,
            note=figure.note,
            lines=list(figure.lines),
            classes=list(figure.classes),
            place=DiagramPlace(**vars(place)),
        )


class DiagramRoute(BaseModel):
    """An edge, from one figure's path to another's."""

    source: str = Field(serialization_alias="from")
    target: str = Field(serialization_alias="to")
    label: str = Field(description="Empty where the edge has none.")
    label_at: DiagramPoint | None
    is_conditional: bool
    d: str = Field(description="The line, as the `d` of an SVG path.")
    head: str = Field(description="The arrow's head, as the `d` of an SVG path.")

    @classmethod
    def of(cls, placed: PlacedRoute) -> Self:
        edge, at = placed.route.edge, placed.label_at
        return cls(
            source=placed.source,
            target=placed.target,
            label=edge.label,
            label_at=None if at is None else DiagramPoint(x=at[0], y=at[1]),
            is_conditional=edge.is_conditional,
            d=placed.line,
            head=placed.head,
        )


class DiagramRead(BaseModel):
    """Where the SVG draws each node and edge; coordinates count from its upper left corner."""

    size: DiagramSize
    figures: list[DiagramFigure]
    routes: list[DiagramRoute]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(
            size=DiagramSize(**vars(plan.size)),
            figures=[DiagramFigure.of(placed) for placed in plan.figures],
            routes=[DiagramRoute.of(placed) for placed in plan.routes],
        )
