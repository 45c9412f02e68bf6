"""A graph as a picture for people: an SVG without scripts, fonts or anything else from outside."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from app.graphs.diagram.figures import GROUP_HEAD, Figure, Picture, picture_of
from app.graphs.diagram.layout import Place, Route
from app.graphs.diagram.lettering import LINE_HEIGHT, plain
from app.graphs.diagram.lines import CORNER, MARGIN, head_of, inner_origin, label_place, line_of
from app.graphs.diagram.look import STYLE
from app.graphs.shape import Graph

_ASCENT = 13.0
"""From the top of a line of text down to where its letters stand."""


def svg_of(graph: Graph) -> str:
    """Return the graph, sub-graphs inside their nodes, as an SVG document."""
    picture = picture_of(graph)
    width = picture.layout.size.width + 2 * MARGIN
    height = picture.layout.size.height + 2 * MARGIN
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    root.attrib |= {"class": "fanjoin", "viewBox": f"0 0 {width:g} {height:g}"}
    root.attrib |= {"width": f"{width:g}", "height": f"{height:g}"}
    SubElement(root, "title").text = plain(graph.get_name())
    SubElement(root, "desc").text = _in_words(picture)
    SubElement(root, "style").text = STYLE
    _draw_box(root, Place(0.5, 0.5, width - 1, height - 1), ["paper"])
    _draw_picture(root, picture, MARGIN, MARGIN)
    return tostring(root, encoding="unicode")


def _in_words(picture: Picture) -> str:
    """Say what leads where, for who cannot see it."""
    ways: dict[str, list[str]] = {}
    for route in picture.layout.routes:
        source, target = (picture.figures[end] for end in (route.edge.source, route.edge.target))
        note = f" ({target.note})" if target.note else ""
        ways.setdefault(source.name, []).append(target.name + note)
    return " ".join(f"{source} leads to {', '.join(targets)}." for source, targets in ways.items())


def _draw_picture(parent: Element, picture: Picture, left: float, top: float) -> None:
    for route in picture.layout.routes:
        _draw_route(parent, route.moved(left, top))
    for name, figure in picture.figures.items():
        _draw_figure(parent, figure, picture.layout.places[name].moved(left, top))
    for route in picture.layout.routes:
        _draw_label(parent, route.moved(left, top))


def _draw_figure(parent: Element, figure: Figure, place: Place) -> None:
    box = _draw_box(parent, place, ["box", *figure.classes])
    SubElement(box, "title").text = figure.name
    center = place.x + place.width / 2
    rows = [(line, ["name", *figure.classes]) for line in figure.lines]
    if figure.note:
        rows.append((figure.note, ["note"]))
    height = GROUP_HEAD if figure.inner is not None else place.height
    first = place.y + (height - LINE_HEIGHT * len(rows)) / 2 + _ASCENT
    for number, (text, classes) in enumerate(rows):
        _draw_text(parent, text, center, first + number * LINE_HEIGHT, classes)
    if figure.inner is not None:
        _draw_picture(parent, figure.inner, *inner_origin(figure, place))


def _draw_route(parent: Element, route: Route) -> None:
    classes = ["edge", *(["conditional"] if route.edge.is_conditional else [])]
    SubElement(parent, "path", {"class": " ".join(classes), "d": line_of(route)})
    SubElement(parent, "path", {"class": "head", "d": head_of(route)})


def _draw_label(parent: Element, route: Route) -> None:
    if not route.edge.label:
        return
    x, y = label_place(route)
    _draw_text(parent, route.edge.label, x, y + 4, ["label"])


def _draw_box(parent: Element, place: Place, classes: Sequence[str]) -> Element:
    corner = place.height / 2 if "end" in classes else CORNER
    numbers = {"x": place.x, "y": place.y, "width": place.width, "height": place.height}
    attributes = {key: f"{value:g}" for key, value in {**numbers, "rx": corner}.items()}
    return SubElement(parent, "rect", {"class": " ".join(classes), **attributes})


def _draw_text(parent: Element, text: str, x: float, y: float, classes: Sequence[str]) -> None:
    attributes = {"class": " ".join(classes), "x": f"{x:g}", "y": f"{y:g}"}
    SubElement(parent, "text", attributes).text = text
