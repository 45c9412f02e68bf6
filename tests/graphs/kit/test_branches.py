"""What a branch may be, and what is refused while the graph is built."""

from functools import partial

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph

from graphs.kit import Branch, KitError
from tests.graphs.kit.small_graphs import Graph, State, join, returns, succeeds


def sub_graph() -> Graph:
    builder = StateGraph(State)
    builder.add_node("only", succeeds("only"))
    builder.add_edge(START, "only")
    return builder.compile(name="sub")


def plain(_: State) -> State:
    return {}


def test_a_branch_is_called_after_its_node() -> None:
    assert Branch(succeeds("a")).name == "a"
    assert Branch(sub_graph(), writes=["results"]).name == "sub"
    assert Branch(succeeds("a"), name="b").name == "b"


@pytest.mark.parametrize("nameless", [lambda state: state, partial(plain)])
def test_a_node_without_a_name_is_refused(nameless: object) -> None:
    with pytest.raises(KitError, match="no name of its own"):
        Branch(nameless)  # type: ignore[arg-type]  # a partial is callable, whatever mypy sees


def test_no_attempt_at_all_is_refused() -> None:
    with pytest.raises(KitError, match="attempts=0 must be at least 1"):
        Branch(succeeds("a"), attempts=0)


def test_a_timeout_of_nothing_is_refused() -> None:
    with pytest.raises(KitError, match="timeout=0 must be above 0"):
        Branch(succeeds("a"), timeout=0)


@pytest.mark.parametrize("unstoppable", [plain, RunnableLambda(plain, name="plain")])
def test_a_timeout_on_a_plain_function_is_refused(unstoppable: object) -> None:
    with pytest.raises(KitError, match="make it `async def`"):
        Branch(unstoppable, timeout=1)  # type: ignore[arg-type]  # parametrized


def test_a_fallback_that_is_neither_node_nor_update_is_refused() -> None:
    with pytest.raises(KitError, match="neither a node nor a state update"):
        Branch(succeeds("a"), fallback="nothing found")  # type: ignore[arg-type]  # the mistake


def test_a_sub_graph_on_the_whole_state_must_say_what_it_writes() -> None:
    with pytest.raises(KitError, match=r"Branch\(…, writes=\[…\]\), or give it an output_schema"):
        Branch(sub_graph())
    with pytest.raises(KitError, match="returns its whole state"):
        Branch(succeeds("a"), fallback=sub_graph())


def test_a_branch_describes_its_policy_in_json() -> None:
    branch = Branch(join, timeout=2.5, attempts=3, fallback=returns("none", {}))

    assert branch.describe() == {
        "timeout": 2.5,
        "attempts": 3,
        "has_fallback": True,
        "has_cache": False,
        "writes": None,
    }
