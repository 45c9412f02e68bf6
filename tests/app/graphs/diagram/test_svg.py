"""Graphs as pictures: read back from the SVG itself, as a browser would."""

from itertools import combinations, product
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from langgraph.graph import END, START
from langgraph.graph.state import CompiledStateGraph

from app.graphs.diagram import svg_of
from app.graphs.diagram.figures import picture_of
from app.graphs.diagram.layout import Place, Route
from tests.app.graphs.diagram.drawn_graphs import (
    Graph,
    agent_loop,
    brief,
    fan_out_of,
    over_items,
    router,
    subgraph_branches,
)

SVG = "{http://www.w3.org/2000/svg}"

LONG_NAMES = ["fetch_the_annual_report_of_the_customer_in_asia", "x" * 90, "日本語の名前" * 8]

PICTURES = {
    "brief": brief(),
    "router": router(),
    "agent_loop": agent_loop(),
    "subgraph_branches": subgraph_branches(),
    "over_items": over_items(),
    "twelve_branches": fan_out_of([f"reader_{number}" for number in range(12)]),
    "long_names": fan_out_of(LONG_NAMES),
}

each_picture = pytest.mark.parametrize("graph", PICTURES.values(), ids=list(PICTURES))


class Box(NamedTuple):
    """A node's rectangle, as the SVG says."""

    name: str
    classes: frozenset[str]
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        apart = self.bottom <= other.top or other.bottom <= self.top
        return not (beside or apart)

    def holds(self, other: "Box") -> bool:
        across = self.left < other.left and other.right < self.right
        return across and self.top < other.top and other.bottom < self.bottom


def draw(graph: Graph) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(graph))


def boxes_in(svg: ElementTree.Element) -> list[Box]:
    boxes: list[Box] = []
    for rect in svg.iter(f"{SVG}rect"):
        classes = frozenset(rect.attrib["class"].split())
        if "box" in classes:
            x, y, width, height = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
            name = rect.findtext(f"{SVG}title") or ""
            boxes.append(Box(name, classes, x, y, x + width, y + height))
    return boxes


def box_of(svg: ElementTree.Element, name: str) -> Box:
    (box,) = [box for box in boxes_in(svg) if box.name == name]
    return box


def texts_in(svg: ElementTree.Element, name: str) -> list[str]:
    texts = svg.iter(f"{SVG}text")
    return [text.text or "" for text in texts if name in text.attrib["class"].split()]


def names_in(graph: Graph) -> list[str]:
    own = [{START: "START", END: "END"}.get(name, name) for name in graph.get_graph().nodes]
    within = [
        names_in(inner)
        for _, inner in graph.get_subgraphs()
        if isinstance(inner, CompiledStateGraph)
    ]
    return own + [name for names in within for name in names]


@each_picture
def test_every_node_is_drawn_once(graph: Graph) -> None:
    names = [box.name for box in boxes_in(draw(graph))]

    assert sorted(names) == sorted(names_in(graph))


@each_picture
def test_boxes_overlap_only_where_one_holds_the_other(graph: Graph) -> None:
    for one, other in combinations(boxes_in(draw(graph)), 2):
        assert one.holds(other) or not one.overlaps(other), (one, other)


@each_picture
def test_everything_lies_inside_the_picture(graph: Graph) -> None:
    svg = draw(graph)
    paper = Box("paper", frozenset(), 0, 0, float(svg.attrib["width"]), float(svg.attrib["height"]))

    assert all(paper.holds(box) for box in boxes_in(svg))


@each_picture
def test_no_edge_runs_through_a_node_it_does_not_join(graph: Graph) -> None:
    layout = picture_of(graph).layout

    for route, (name, place) in product(layout.routes, layout.places.items()):
        if name in (route.edge.source, route.edge.target):
            continue
        for stretch in route.stretches:
            is_level = place.y < stretch.y < place.bottom
            assert not (is_level and stretch.left < place.right and place.x < stretch.right), name
        assert route.lane is None or route.lane > place.bottom or not is_between(route, place)


def is_between(route: Route, place: Place) -> bool:
    return route.stretches[-1].left < place.x < route.stretches[0].right


def test_branches_stand_beside_each_other_in_declaration_order() -> None:
    names = ["zebra", "ape", "mole"]
    svg = draw(fan_out_of(names))

    boxes = [box_of(svg, name) for name in names]

    assert [box.name for box in sorted(boxes, key=lambda box: box.top)] == names
    assert len({box.left + box.right for box in boxes}) == 1


def test_branch_and_join_are_told_apart() -> None:
    svg = draw(brief())

    assert "branch" in box_of(svg, "questions").classes
    assert "join" in box_of(svg, "synthesize").classes


def test_an_optional_branch_says_so() -> None:
    svg = draw(brief())

    assert [box.name for box in boxes_in(svg) if "optional" in box.classes] == ["key_terms"]
    assert texts_in(svg, "note") == ["optional"]


def test_a_branch_over_items_says_so() -> None:
    assert texts_in(draw(over_items()), "note") == ["one per item"]


def test_an_optional_sub_graph_says_so_in_its_title() -> None:
    assert "research (optional)" in texts_in(draw(subgraph_branches()), "name")


def test_a_conditional_edge_is_dashed_and_carries_its_label() -> None:
    svg = draw(router())

    dashed = [path for path in svg.iter(f"{SVG}path") if "conditional" in path.attrib["class"]]

    assert len(dashed) == 3
    assert sorted(texts_in(svg, "label")) == ["machine", "money", "spam"]


def test_a_loop_leads_on_to_the_right_and_back_below() -> None:
    svg = draw(agent_loop())
    agent, tools = box_of(svg, "agent"), box_of(svg, "tools")
    lanes = {
        (route.edge.source, route.edge.target): route.lane
        for route in picture_of(agent_loop()).layout.routes
        if route.lane is not None
    }

    assert agent.right < tools.left
    assert lanes.keys() == {("tools", "agent"), ("agent", "agent")}
    assert len(set(lanes.values())) == 2


def test_a_sub_graph_stands_inside_its_node() -> None:
    svg = draw(subgraph_branches())
    research = box_of(svg, "research")

    assert research.holds(box_of(svg, "tools"))
    assert not research.holds(box_of(svg, "facts"))


def test_a_hostile_name_stays_text() -> None:
    name = "</text><script>alert('&\"')</script>\x00\x1b"

    svg = draw(fan_out_of([name, "harmless"]))

    assert not list(svg.iter(f"{SVG}script"))
    assert box_of(svg, "</text><script>alert('&\"')</script>\ufffd\ufffd")


def test_a_long_name_is_broken_but_whole() -> None:
    svg = draw(fan_out_of(LONG_NAMES))

    lines = texts_in(svg, "name")

    assert max(len(line) for line in lines) <= 24
    assert all(name in "".join(lines) for name in LONG_NAMES)


def test_the_picture_needs_nothing_from_outside() -> None:
    text = svg_of(brief())

    assert "href" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_the_picture_is_told_in_words_too() -> None:
    svg = draw(brief())

    assert svg.attrib["role"] == "img"
    assert svg.findtext(f"{SVG}title") == "brief"
    assert svg.findtext(f"{SVG}desc") == (
        "START leads to summary, questions, key_terms (optional). summary leads to synthesize. "
        "questions leads to synthesize. key_terms leads to synthesize. synthesize leads to END."
    )
