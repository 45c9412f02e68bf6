"""What branches that are sub-graphs leave in the state: their own, and nothing else."""

from typing import Annotated

import pytest
from langgraph.errors import InvalidUpdateError
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, KitError, add_fan_out, by_branch
from tests.graphs.kit.small_graphs import (
    Graph,
    State,
    chain,
    fails,
    fan_out_of,
    join,
    returns,
    succeeds,
)

pytestmark = pytest.mark.anyio


async def test_two_sub_graphs_on_the_parents_state_break_plain_langgraph_and_not_the_kit() -> None:
    plain = StateGraph(State)
    for name in ("a", "b"):
        plain.add_node(name, chain(name))
        plain.add_edge(START, name)
        plain.add_edge(name, END)
    with pytest.raises(InvalidUpdateError):
        await plain.compile().ainvoke({"text": "t"})

    branches = [Branch(chain(name), writes=["results"]) for name in ("a", "b")]
    state = await fan_out_of(*branches).ainvoke({"text": "t"})

    assert state["seen"] == {"a": "t", "b": "t"}
    assert state["text"] == "t"


async def test_an_output_schema_says_what_a_sub_graph_writes() -> None:
    class Output(TypedDict, total=False):
        summary: str

    builder = StateGraph(State, output_schema=Output)
    builder.add_node("only", returns("only", {"summary": "short", "text": "changed"}))
    builder.add_edge(START, "only")
    graph = fan_out_of(Branch(builder.compile(name="sub")), Branch(succeeds("b")))

    state = await graph.ainvoke({"text": "t"})

    assert state["summary"] == "short"
    assert state["text"] == "t"


def test_two_branches_that_own_one_plain_key_are_refused() -> None:
    branches = [Branch(chain(name, length=1), writes=["summary"]) for name in ("a", "b")]

    with pytest.raises(KitError, match=r"\['a', 'b'\] all write 'summary', which has no reducer"):
        fan_out_of(*branches)


def nested(name: str, *branches: Branch) -> Branch:
    """A branch that is itself a fan-out."""
    builder = StateGraph(State)

    async def inner_join(state: State) -> State:
        return {"summary": ",".join(state.get("results", {}))}

    add_fan_out(builder, branches, join=inner_join)
    return Branch(builder.compile(name=name), writes=["results"])


async def test_a_fan_out_inside_a_branch_gives_its_results_to_the_outer() -> None:
    inner = nested("inner", Branch(succeeds("x")), Branch(fails("y"), required=False))

    state = await fan_out_of(inner, Branch(succeeds("b"))).ainvoke({"text": "t"})

    assert state["seen"] == {"x": "t", "b": "t"}
    assert state["statuses"] == {"inner": "ok", "b": "ok"}


async def test_fan_outs_nest_twice() -> None:
    deep = nested("deep", nested("deeper", Branch(succeeds("x")), Branch(succeeds("y"))))

    state = await fan_out_of(deep, nested("other", Branch(succeeds("z")))).ainvoke({"text": "t"})

    assert state["seen"] == {"x": "t", "y": "t", "z": "t"}


async def test_a_required_failure_inside_is_the_outer_branchs_failure() -> None:
    inner = nested("inner", Branch(fails("x")), Branch(succeeds("y")))
    optional = Branch(inner.node, writes=["results"], required=False)

    state = await fan_out_of(optional, Branch(succeeds("b"))).ainvoke({"text": "t"})

    assert state["statuses"] == {"inner": "failed", "b": "ok"}


async def test_a_sub_graph_reads_what_others_wrote_and_does_not_return_it() -> None:
    saw: list[list[str]] = []

    async def look(state: State) -> State:
        saw.append(list(state["results"]))
        return {"results": {"look": "seen"}}

    inner = StateGraph(State)
    inner.add_node("look", look)
    inner.add_edge(START, "look")
    builder = StateGraph(State)

    async def early(_: State) -> None: ...

    add_fan_out(builder, [Branch(succeeds("a"))], join=early, target=None)
    branch = Branch(inner.compile(name="sub"), writes=["results"])
    add_fan_out(builder, [branch], join=join, source="early")

    state = await builder.compile().ainvoke({"text": "t"})

    assert saw == [["a"]]
    assert state["seen"] == {"a": "t", "look": "seen"}


async def test_a_sub_graph_may_be_the_fallback() -> None:
    graph = fan_out_of(
        Branch(fails("bad"), fallback=chain("spare"), writes=["results"]),
        Branch(succeeds("b")),
    )

    state = await graph.ainvoke({"text": "t"})

    assert state["seen"] == {"spare": "t", "b": "t"}


def test_sub_graphs_of_branches_and_join_show_in_the_picture() -> None:
    def has_node(graph: Graph, name: str) -> bool:
        return any(name in node for node in graph.get_graph(xray=True).nodes)

    graph = fan_out_of(
        Branch(chain("deep"), writes=["results"]),
        join=chain("close", length=1),
    )

    assert has_node(graph, "deep:deep1")
    assert has_node(graph, "close:close0")


async def test_events_of_a_sub_graph_branch_carry_its_namespace() -> None:
    graph = fan_out_of(Branch(chain("deep"), writes=["results"]))

    namespaces = [
        namespace
        async for namespace, _ in graph.astream(
            {"text": "t"}, stream_mode="updates", subgraphs=True
        )
    ]

    assert any(namespace and namespace[0].startswith("deep:") for namespace in namespaces)


async def test_a_sub_graph_with_a_reducer_of_its_own_keeps_the_parents_results_apart() -> None:
    class Inner(TypedDict, total=False):
        text: str
        results: Annotated[dict[str, str], by_branch]

    builder = StateGraph(Inner)
    builder.add_node("only", returns("only", {"results": {"only": "inner"}}))
    builder.add_edge(START, "only")
    graph = fan_out_of(
        Branch(builder.compile(name="sub"), writes=["results"]), Branch(succeeds("b"))
    )

    assert (await graph.ainvoke({"text": "t"}))["seen"] == {"only": "inner", "b": "t"}
