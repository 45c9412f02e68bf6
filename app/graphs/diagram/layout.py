"""Where the boxes of a graph stand and which way its edges go, in pixels.

Written here because no maintained, typed package lays out a graph without a compiler, a browser or
a licence that spreads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from app.graphs.diagram.columns import Columns, Edge, Spot, columns_of
from app.graphs.diagram.lettering import width_of

_COLUMN_GAP = 60.0

_ROW_GAP = 18.0

_LANE_HEIGHT = 22.0

_TURNING_ROOM = 12.0

_NEXT_TURN = 4.0
"""How far from its column an edge that closes a loop turns, and the next one further out."""

_PORT_SHIFT = 7.0
"""How far below the middle of a box an edge that closes a loop leaves and enters."""


@dataclass(frozen=True)
class Size:
    """How large something is drawn."""

    width: float
    height: float


_PASSAGE = Size(0, 8)


@dataclass(frozen=True)
class Place:
    """A node's box."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Self:
        return replace(self, x=self.x + x, y=self.y + y)

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Stretch:
    """A level piece of an edge's way, within one column."""

    left: float
    right: float
    y: float

    def moved(self, x: float, y: float) -> Self:
        return replace(self, left=self.left + x, right=self.right + x, y=self.y + y)


@dataclass(frozen=True)
class Route:
    """The way of an edge, from its source's right side to its target's left side."""

    edge: Edge
    stretches: Sequence[Stretch]
    """The first begins at the source, the last ends at the target."""

    lane: float | None = None
    """How far down an edge that closes a loop goes round; None for one that leads on."""

    def moved(self, x: float, y: float) -> Self:
        stretches = [stretch.moved(x, y) for stretch in self.stretches]
        lane = None if self.lane is None else self.lane + y
        return replace(self, stretches=stretches, lane=lane)


@dataclass(frozen=True)
class Layout:
    """Where everything is; nothing reaches beyond `size` from (0, 0)."""

    places: Mapping[str, Place]
    routes: Sequence[Route]
    size: Size


def lay_out(sizes: Mapping[str, Size], edges: Sequence[Edge]) -> Layout:
    """Place every node, none over another, and find each edge a way between them."""
    columns = columns_of(sizes, edges)
    spans = _spans(columns, sizes)
    boxes = _boxes(columns, sizes, spans)
    onward = [_onward(edge, chain, columns, spans, boxes) for edge, chain in columns.onward.items()]
    back, bottom = _loops(columns, spans, boxes)
    places = {name: boxes[name] for name in sizes}
    return Layout(places, [*onward, *back], Size(spans[-1].right, bottom))


def _spans(columns: Columns, sizes: Mapping[str, Size]) -> list[Place]:
    """Return each column as a place: as wide as its widest node, as high as all of them."""
    spans: list[Place] = []
    x = 0.0
    for rank, spots in enumerate(columns.spots):
        heights = [_size(spot, sizes).height for spot in spots]
        height = sum(heights) + _ROW_GAP * (len(heights) - 1)
        width = max(_size(spot, sizes).width for spot in spots)
        spans.append(Place(x, 0, width, height))
        labels = [edge.label for edge in columns.onward if columns.ranks[edge.source] == rank]
        x += width + max([_COLUMN_GAP, *(width_of(label) + 24 for label in labels if label)])
    tallest = max(span.height for span in spans)
    return [Place(s.x, (tallest - s.height) / 2, s.width, s.height) for s in spans]


def _boxes(
    columns: Columns, sizes: Mapping[str, Size], spans: Sequence[Place]
) -> dict[Spot, Place]:
    """Stack each column's spots, those beside each other that come from the same side."""
    boxes: dict[Spot, Place] = {}
    sources: dict[Spot, list[Spot]] = {}
    for chain in columns.onward.values():
        for source, target in pairwise(chain):
            sources.setdefault(target, []).append(source)

    def origin(spot: Spot) -> float:
        middles = [boxes[source].middle for source in sources.get(spot, ())]
        return sum(middles) / len(middles) if middles else 0.0

    for spots, span in zip(columns.spots, spans, strict=True):
        y = span.y
        for spot in sorted(spots, key=origin):
            size = _size(spot, sizes)
            x = span.x + (span.width - size.width) / 2
            boxes[spot] = Place(x, y, size.width, size.height)
            y += size.height + _ROW_GAP
    return boxes


def _onward(
    edge: Edge,
    chain: Sequence[Spot],
    columns: Columns,
    spans: Sequence[Place],
    boxes: Mapping[Spot, Place],
) -> Route:
    crossed = spans[columns.ranks[edge.source] :]
    stretches = [
        Stretch(span.x, span.right, boxes[spot].middle)
        for spot, span in zip(chain, crossed, strict=False)
    ]
    first, last = stretches[0], stretches[-1]
    stretches[0] = Stretch(boxes[edge.source].right, first.right, first.y)
    stretches[-1] = Stretch(last.left, boxes[edge.target].x, last.y)
    return Route(edge, stretches)


def _loops(
    columns: Columns, spans: Sequence[Place], boxes: Mapping[Spot, Place]
) -> tuple[list[Route], float]:
    """Lead the edges that close a loop round below what they pass; return how far down they go."""
    depths = [span.bottom for span in spans]
    routes: list[Route] = []
    for number, edge in enumerate(columns.back):
        first, last = columns.ranks[edge.target], columns.ranks[edge.source]
        lane = max(depths[first : last + 1]) + _LANE_HEIGHT
        depths[first : last + 1] = [lane] * (last + 1 - first)
        source, target = boxes[edge.source], boxes[edge.target]
        room = _TURNING_ROOM + number % 3 * _NEXT_TURN
        stretches = [
            Stretch(source.right, spans[last].right + room, source.middle + _PORT_SHIFT),
            Stretch(spans[first].x - room, target.x, target.middle + _PORT_SHIFT),
        ]
        routes.append(Route(edge, stretches, lane))
    return routes, max(depths)


def _size(spot: Spot, sizes: Mapping[str, Size]) -> Size:
    return sizes[spot] if isinstance(spot, str) else _PASSAGE
