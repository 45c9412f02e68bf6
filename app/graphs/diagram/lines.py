"""How edges and names are drawn, once everything has its place: for every form of the picture."""

from app.graphs.diagram.figures import GROUP_HEAD, Figure
from app.graphs.diagram.layout import Place, Route

MARGIN = 24.0
"""The room around the picture."""

CORNER = 8.0

_HEAD = 8.0
"""The length of an arrow's head."""


def line_of(route: Route) -> str:
    """Return the path of an edge, as far as the middle of its head."""
    end = route.stretches[-1].right - _HEAD / 2
    if route.lane is not None:
        return _way_round(route, route.lane, end)
    here = route.stretches[0]
    line = [f"M{here.left:g} {here.y:g} H{here.right:g}"]
    for there in route.stretches[1:]:
        bend = (here.right + there.left) / 2
        line.append(f"C{bend:g} {here.y:g} {bend:g} {there.y:g} {there.left:g} {there.y:g}")
        line.append(f"H{min(there.right, end):g}")
        here = there
    return " ".join(line)


def head_of(route: Route) -> str:
    """Return the path of an edge's head."""
    end = route.stretches[-1]
    return f"M{end.right:g} {end.y:g} l{-_HEAD:g} -4 v8 z"


def label_place(route: Route) -> tuple[float, float]:
    """Return the middle of a loop's lane, or where the first bend has parted from others."""
    here, there = route.stretches[:2]
    if route.lane is not None:
        return (here.right + there.left) / 2, route.lane
    t = 0.6
    across, down = 1.5 * (1 - t) * t + t**3, 3 * (1 - t) * t**2 + t**3
    return here.right + across * (there.left - here.right), here.y + down * (there.y - here.y)


def inner_origin(figure: Figure, place: Place) -> tuple[float, float]:
    """Return where the picture within a sub-graph's box begins."""
    width = figure.inner.layout.size.width if figure.inner is not None else place.width
    return place.x + (place.width - width) / 2, place.y + GROUP_HEAD


def _way_round(route: Route, lane: float, end: float) -> str:
    """Return the path of an edge that goes back: out, down, left below everything, up, in."""
    leave, enter = route.stretches
    c = CORNER
    return (
        f"M{leave.left:g} {leave.y:g} H{leave.right - c:g} q{c} 0 {c} {c} V{lane - c:g} "
        f"q0 {c} {-c} {c} H{enter.left + c:g} q{-c} 0 {-c} {-c} V{enter.y + c:g} "
        f"q0 {-c} {c} {-c} H{end:g}"
    )
