"""Graphs as Mermaid text."""

import pytest
from langgraph.graph import END, START, StateGraph

from app.graphs.diagram import mermaid_of
from graphs.kit import Branch, add_fan_out
from tests.app.graphs.diagram.drawn_graphs import (
    Graph,
    State,
    brief,
    fan_out_of,
    join,
    over_items,
    router,
    subgraph_branches,
)


def lines_of(graph: Graph) -> list[str]:
    return [line.strip() for line in mermaid_of(graph).splitlines()]


def around(graph: Graph) -> Graph:
    builder = StateGraph(State)
    builder.add_node("deep", graph)
    builder.add_edge(START, "deep")
    builder.add_edge("deep", END)
    return builder.compile()


def test_a_fan_out_is_drawn_in_the_order_of_its_declaration() -> None:
    assert mermaid_of(brief()) == (
        """\
flowchart LR
    __start__([START])
    summary("summary")
    questions("questions")
    key_terms("key_terms (optional)")
    synthesize("synthesize")
    __end__([END])
    __start__ --> summary
    __start__ --> questions
    __start__ --> key_terms
    summary --> synthesize
    questions --> synthesize
    key_terms --> synthesize
    synthesize --> __end__
"""
    )


def test_a_branch_over_items_says_so_at_the_end_of_a_dashed_line() -> None:
    lines = lines_of(over_items())

    assert 'work("work (one per item)")' in lines
    assert "__start__ -.-> work" in lines


def test_a_conditional_edge_is_dashed_and_carries_its_label() -> None:
    assert 'classify -.->|"money"| billing' in lines_of(router())


def test_a_sub_graph_is_a_box_around_its_nodes() -> None:
    lines = lines_of(subgraph_branches())

    box = lines[lines.index('subgraph research["research (optional)"]') :]
    assert 'research-tools("tools")' in box[: box.index("end")]
    assert 'facts("facts (optional)")' not in box[: box.index("end")]


def test_sub_graphs_within_two_branches_may_have_one_name() -> None:
    branches = [
        Branch(around(fan_out_of("ab")), name=name, writes=["notes"]) for name in ("one", "two")
    ]
    builder = StateGraph(State)
    add_fan_out(builder, branches, join=join)

    lines = lines_of(builder.compile())

    assert lines.count('subgraph one-deep["deep"]') == 1
    assert lines.count('subgraph two-deep["deep"]') == 1


@pytest.mark.parametrize("name", ["end", "class", "a-b", "x y", "名前"])
def test_a_name_that_mermaid_would_misread_is_only_a_label(name: str) -> None:
    lines = lines_of(fan_out_of([name, "harmless"]))

    assert f'node-1("{name}")' in lines
    assert "__start__ --> node-1" in lines


def test_a_hostile_name_stays_text() -> None:
    lines = lines_of(fan_out_of(['"); click x "js', "<b>`&#1;\nend", "harmless"]))

    assert 'node-1("#34;); click x #34;js")' in lines
    assert 'node-2("#60;b#62;#96;#38;#35;1; end")' in lines
