"""A state may be a TypedDict, a Pydantic model or a dataclass."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from langgraph.graph import StateGraph
from pydantic import BaseModel, ConfigDict, Field

from graphs.kit import Branch, KitError, add_fan_out, by_branch, outcomes
from graphs.kit.state.schemas import default_of, with_outcomes
from tests.graphs.kit.small_graphs import Graph, State, fails

pytestmark = pytest.mark.anyio


class Model(BaseModel):
    """A strict state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    length: int = 7
    words: list[str] = Field(default_factory=lambda: ["none"])
    results: Annotated[dict[str, str], by_branch] = {}
    seen: Any = None


@dataclass
class Data:
    """A state as a dataclass."""

    text: str
    length: int = 7
    words: list[str] = field(default_factory=lambda: ["none"])
    results: Annotated[dict[str, str], by_branch] = field(default_factory=dict)
    seen: Any = None


@dataclass(frozen=True)
class Frozen:
    """A state that cannot be changed in place."""

    text: str
    results: Annotated[dict[str, str], by_branch] = field(default_factory=dict)
    seen: Any = None


def graph_on(schema: type[Any]) -> Graph:
    async def shout(state: Any) -> dict[str, Any]:
        assert isinstance(state, schema)
        return {"results": {"shout": state.text.upper()}}

    async def close(state: Any) -> dict[str, Any]:
        assert isinstance(state, schema)
        statuses = {name: outcome["status"] for name, outcome in outcomes(state).items()}
        return {"seen": [state.results, statuses]}

    builder: StateGraph[Any, Any, Any, Any] = StateGraph(schema)
    add_fan_out(builder, [Branch(shout), Branch(fails("bad"), required=False)], join=close)
    return builder.compile()


@pytest.mark.parametrize("schema", [Model, Data, Frozen])
async def test_nodes_get_an_instance_of_the_authors_own_type(schema: type[Any]) -> None:
    state = await graph_on(schema).ainvoke({"text": "t"})

    assert state["seen"] == [{"shout": "T"}, {"shout": "ok", "bad": "failed"}]


@pytest.mark.parametrize("schema", [Model, Data])
def test_a_key_nobody_wrote_has_its_declared_default(schema: type[Any]) -> None:
    assert default_of(schema, "length") == 7
    assert default_of(schema, "words") == ["none"]
    assert default_of(schema, "text") is None
    assert default_of(schema, "unheard of") is None


def test_a_key_of_a_typed_dict_has_no_default() -> None:
    assert default_of(State, "text") is None


def test_any_other_state_is_refused() -> None:
    with pytest.raises(KitError, match="use a TypedDict"):
        with_outcomes(int)
