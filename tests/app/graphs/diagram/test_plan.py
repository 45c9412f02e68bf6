"""A plan says where the SVG draws everything, for who draws it himself."""

from xml.etree import ElementTree

import pytest

from app.graphs.diagram import plan_of, svg_of
from tests.app.graphs.diagram.drawn_graphs import Graph, fan_out_of, subgraph_branches
from tests.app.graphs.diagram.test_svg import SVG, boxes_in, each_picture


@each_picture
def test_a_plan_has_the_boxes_of_the_picture(graph: Graph) -> None:
    plan, svg = plan_of(graph), ElementTree.fromstring(svg_of(graph))

    boxes = {(box.name, box.left, box.top, box.right, box.bottom) for box in boxes_in(svg)}
    places = {
        (one.figure.name, *(float(f"{n:g}") for n in (one.place.x, one.place.y)))
        for one in plan.figures
    }

    assert {box[:3] for box in boxes} == places
    assert f"{plan.size.width:g}" == svg.attrib["width"]
    assert f"{plan.size.height:g}" == svg.attrib["height"]


@each_picture
def test_a_plan_has_the_lines_and_heads_of_the_picture(graph: Graph) -> None:
    plan, svg = plan_of(graph), ElementTree.fromstring(svg_of(graph))

    drawn = sorted(path.attrib["d"] for path in svg.iter(f"{SVG}path"))

    assert sorted([d for route in plan.routes for d in (route.line, route.head)]) == drawn


@each_picture
def test_every_route_of_a_plan_joins_two_of_its_figures(graph: Graph) -> None:
    plan = plan_of(graph)
    paths = [one.path for one in plan.figures]

    assert len(set(paths)) == len(paths)
    assert {end for route in plan.routes for end in (route.source, route.target)} <= set(paths)


def test_a_node_of_a_sub_graph_has_the_path_of_its_rows() -> None:
    plan = plan_of(subgraph_branches())
    parents = {one.path: one.parent for one in plan.figures}

    assert parents["research/tools"] == "research"
    assert parents["research"] is None
    assert list(parents).index("research") < list(parents).index("research/tools")


@pytest.mark.parametrize("count", [1, 100])
def test_a_plan_of_any_width_has_every_branch(count: int) -> None:
    names = [f"branch {number} <b>" for number in range(count)]

    plan = plan_of(fan_out_of(names))

    assert set(names) <= {one.path for one in plan.figures}
