"""A graph's picture as figures and routes in one list each, for who draws it himself.

Every figure has as its path the id of its rows in a report, without items and repeats.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.graphs.diagram.figures import Figure, Picture, picture_of
from app.graphs.diagram.layout import Place, Route, Size
from app.graphs.diagram.lines import MARGIN, head_of, inner_origin, label_place, line_of
from app.graphs.shape import Graph


@dataclass(frozen=True)
class PlacedFigure:
    """A node where it stands; a sub-graph comes before the nodes inside it."""

    path: str
    parent: str | None
    figure: Figure
    place: Place


@dataclass(frozen=True)
class PlacedRoute:
    """An edge between two figures, by their paths."""

    source: str
    target: str
    route: Route

    @property
    def line(self) -> str:
        return line_of(self.route)

    @property
    def head(self) -> str:
        return head_of(self.route)

    @property
    def label_at(self) -> tuple[float, float] | None:
        return label_place(self.route) if self.route.edge.label else None


@dataclass(frozen=True)
class Plan:
    """A picture without levels: all coordinates count from its upper left corner."""

    size: Size
    figures: Sequence[PlacedFigure]
    routes: Sequence[PlacedRoute]


def plan_of(graph: Graph) -> Plan:
    """Return the plan of the picture that `svg_of` draws."""
    picture = picture_of(graph)
    size = picture.layout.size
    parts = list(_parts(picture, None, MARGIN, MARGIN))
    return Plan(
        Size(size.width + 2 * MARGIN, size.height + 2 * MARGIN),
        [part for part in parts if isinstance(part, PlacedFigure)],
        [part for part in parts if isinstance(part, PlacedRoute)],
    )


def _parts(
    picture: Picture, parent: str | None, left: float, top: float
) -> Iterator[PlacedFigure | PlacedRoute]:
    for route in picture.layout.routes:
        source, target = (_path(parent, end) for end in (route.edge.source, route.edge.target))
        yield PlacedRoute(source, target, route.moved(left, top))
    for node, figure in picture.figures.items():
        place = picture.layout.places[node].moved(left, top)
        yield PlacedFigure(_path(parent, node), parent, figure, place)
        if figure.inner is not None:
            yield from _parts(figure.inner, _path(parent, node), *inner_origin(figure, place))


def _path(parent: str | None, node: str) -> str:
    return node if parent is None else f"{parent}/{node}"
