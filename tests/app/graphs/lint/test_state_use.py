"""Which state keys a node's code names, as it reads them and as it writes them."""

from collections.abc import Callable
from typing import Any

import pytest
from langgraph.types import Command
from typing_extensions import TypedDict

from app.graphs.lint.source import read_source


class State(TypedDict, total=False):
    plan: str
    goal: str


def literal(state: Any) -> Any:
    return {"plan": state["goal"]}


def variable(state: Any) -> Any:
    update = {"plan": state.get("goal")}
    print(update)  # noqa: T201 - or ruff would return the dict itself
    return update


def stored(state: Any) -> Any:
    state["plan"] = state["goal"]
    return state


def updated(state: Any) -> Any:
    update: dict[str, Any] = {}
    update.update({"plan": state["goal"]})
    return update


def made(state: Any) -> Any:
    return State(plan=state["goal"])


def either(state: Any) -> Any:
    return {"plan": state["goal"]} if state["goal"] else {}


def merged(state: Any) -> Any:
    return {**literal(state), "plan": state["goal"]} | {}


def commanded(state: Any) -> Any:
    return [Command(update={"plan": state["goal"]}, goto="next")]


def attributed(state: Any) -> Any:
    return {"plan": state.goal}


class Planner:
    def __call__(self, state: Any) -> Any:
        return {"plan": state["goal"]}


NODES = [
    literal,
    variable,
    stored,
    updated,
    made,
    either,
    merged,
    commanded,
    attributed,
    Planner(),
]


@pytest.mark.parametrize("node", NODES)
def test_key_is_read_and_another_written(node: Callable[..., Any]) -> None:
    source = read_source(node, is_wrapped=False)

    assert "plan" in source.updates
    assert "goal" not in source.updates
    assert "goal" in source.reads
    assert "plan" not in source.reads


def asks(state: Any) -> Any:
    return {"answer": str.format("{plan}", plan=state["goal"])}


def test_arguments_of_other_calls_are_no_keys() -> None:
    assert read_source(asks, is_wrapped=False).updates == {"answer"}


def test_only_a_subscript_requires_its_key() -> None:
    assert read_source(literal, is_wrapped=False).requires == {"goal"}
    assert read_source(variable, is_wrapped=False).requires == frozenset()
