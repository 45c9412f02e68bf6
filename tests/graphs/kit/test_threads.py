"""A thread that is used again, edited by a person, and kept in a database."""

import asyncio
import json
import operator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Overwrite
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    chain,
    fan_out_of,
    join,
    returns,
    sequence_of_two,
    succeeds,
)

pytestmark = pytest.mark.anyio


async def test_a_plain_dict_shows_the_first_runs_result_in_the_second_and_by_branch_does_not() -> (
    None
):
    class Plain(TypedDict, total=False):
        failing: bool
        results: Annotated[dict[str, str], operator.or_]

    async def a(state: Plain) -> Plain:
        return {} if state.get("failing") else {"results": {"a": "first"}}

    builder = StateGraph(Plain)
    builder.add_node("a", a)
    builder.add_edge(START, "a")
    plain = builder.compile(checkpointer=InMemorySaver())
    await plain.ainvoke({}, THREAD)
    assert (await plain.ainvoke({"failing": True}, THREAD))["results"] == {"a": "first"}

    branches = [Branch(succeeds("a"), required=False), Branch(succeeds("b"))]
    graph = fan_out_of(*branches, saver=InMemorySaver())
    await graph.ainvoke({"text": "first"}, THREAD)
    second = await graph.ainvoke({"text": "second", "failing": ["a"]}, THREAD)

    assert second["seen"] == {"b": "second"}
    assert second["results"] == {"b": "second"}
    assert second["statuses"] == {"a": "failed", "b": "ok"}


async def test_when_every_branch_fails_the_join_does_not_see_the_last_runs_results() -> None:
    branches = [Branch(succeeds(name), required=False) for name in ("a", "b")]
    graph = fan_out_of(*branches, saver=InMemorySaver())

    await graph.ainvoke({"text": "first"}, THREAD)
    for _ in range(2):
        again = await graph.ainvoke({"text": "again", "failing": ["a", "b"]}, THREAD)
        assert again["seen"] == {}
        assert again["results"] == {}


def summarizing_branch() -> Branch:
    async def summarize(state: State) -> State:
        if "summarize" in state.get("failing", []):
            raise RuntimeError
        return {"summary": f"about {state['text']}"}

    return Branch(summarize, required=False)


async def test_a_plain_key_of_an_optional_branch_does_not_outlive_its_round() -> None:
    saw: list[str | None] = []

    async def look(state: State) -> None:
        saw.append(state.get("summary"))

    graph = fan_out_of(summarizing_branch(), join=look, saver=InMemorySaver())

    await graph.ainvoke({"text": "tides"}, THREAD)
    await graph.ainvoke({"failing": ["summarize"]}, THREAD)
    await graph.ainvoke({"failing": []}, THREAD)

    assert saw == ["about tides", None, "about tides"]


async def test_a_plain_key_of_a_model_goes_back_to_its_default() -> None:
    class Model(BaseModel):
        works: bool = True
        summary: str = "nothing"

    async def summarize(state: Model) -> dict[str, str]:
        if not state.works:
            raise RuntimeError
        return {"summary": "something"}

    async def close(_: Model) -> None: ...

    builder = StateGraph(Model)
    add_fan_out(builder, [Branch(summarize, required=False)], join=close)
    graph: Graph = builder.compile(checkpointer=InMemorySaver())

    assert (await graph.ainvoke({}, THREAD))["summary"] == "something"
    assert (await graph.ainvoke({"works": False}, THREAD))["summary"] == "nothing"


async def test_a_list_doubles_on_a_second_run_and_by_branch_does_not() -> None:
    class Both(State, total=False):
        notes: Annotated[list[str], operator.add]

    builder = StateGraph(Both)
    a = returns("a", {"notes": ["a"], "results": {"a": "a"}})
    add_fan_out(builder, [Branch(a)], join=join)
    graph = builder.compile(checkpointer=InMemorySaver())

    await graph.ainvoke({}, THREAD)
    second = await graph.ainvoke({}, THREAD)

    assert second["notes"] == ["a", "a"]
    assert second["results"] == {"a": "a"}


async def test_a_sub_graph_that_writes_the_same_again_still_has_a_result() -> None:
    graph = fan_out_of(
        Branch(chain("sub"), writes=["results"]),
        Branch(succeeds("b"), required=False),
        saver=InMemorySaver(),
    )

    await graph.ainvoke({"text": "t"}, THREAD)
    second = await graph.ainvoke({"text": "t", "failing": ["b"]}, THREAD)

    assert second["seen"] == {"sub": "t"}


async def test_the_first_of_two_fan_outs_does_not_see_the_last_runs_second() -> None:
    graph = sequence_of_two(InMemorySaver())

    await graph.ainvoke({"text": "first"}, THREAD)
    second = await graph.ainvoke({"text": "second", "failing": ["b"]}, THREAD)

    assert second["early"] == ["a"]
    assert second["seen"] == {"a": "second", "c": "second"}


async def test_two_runs_of_one_graph_at_once_do_not_meet() -> None:
    graph = fan_out_of(
        Branch(succeeds("a", seconds=0.02)),
        Branch(succeeds("b")),
        saver=InMemorySaver(),
        fail_fast=True,
    )

    async def run(number: int) -> Any:
        config: RunnableConfig = {"configurable": {"thread_id": str(number)}}
        return await graph.ainvoke({"text": str(number)}, config)

    states = await asyncio.gather(*(run(number) for number in range(5)))

    assert [state["seen"]["a"] for state in states] == ["0", "1", "2", "3", "4"]


async def test_a_person_edits_a_result_in_place() -> None:
    graph = fan_out_of(Branch(succeeds("a")), Branch(succeeds("b")), saver=InMemorySaver())
    await graph.ainvoke({"text": "t"}, THREAD)

    await graph.aupdate_state(THREAD, {"results": {"a": "mended", "note": "by hand"}})

    results = (await graph.aget_state(THREAD)).values["results"]
    assert results == {"a": "mended", "b": "t", "note": "by hand"}


@pytest.mark.parametrize("overwrite", [Overwrite({"c": "new"}), {"__overwrite__": {"c": "new"}}])
async def test_a_person_overwrites_all_results(overwrite: Any) -> None:
    graph = fan_out_of(Branch(succeeds("a")), saver=InMemorySaver())
    await graph.ainvoke({"text": "t"}, THREAD)

    await graph.aupdate_state(THREAD, {"results": overwrite})

    assert (await graph.aget_state(THREAD)).values["results"] == {"c": "new"}


@pytest.mark.parametrize("allowed", [None, True], ids=["strict", "any type, with a warning"])
async def test_a_database_keeps_results_and_outcomes_as_plain_json(
    allowed: Literal[True] | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    serde = JsonPlusSerializer(allowed_msgpack_modules=allowed)
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "threads.db")) as saver:
        saver.serde = serde
        branches = [Branch(succeeds("b")), Branch(succeeds("a"), required=False)]
        graph = fan_out_of(*branches, saver=saver)
        await graph.ainvoke({"text": "t", "failing": ["a"]}, THREAD)

        snapshot = await graph.aget_state(THREAD)
        checkpoint = await saver.aget(THREAD)

    assert snapshot.values["results"] == {"b": "t"}
    assert checkpoint is not None
    values = checkpoint["channel_values"]
    assert json.loads(json.dumps(values["fanjoin_outcomes"])) == values["fanjoin_outcomes"]
    assert json.loads(json.dumps(values["results"])) == values["results"]
    assert values["fanjoin_outcomes"]["join"]["branches"]["a"]["status"] == "failed"
    assert "unregistered type" not in caplog.text


async def test_the_kits_channel_is_in_no_input_output_or_state_an_author_sees() -> None:
    saw: list[dict[str, Any]] = []

    async def look(state: State) -> None:
        saw.append(dict(state))

    graph = fan_out_of(Branch(look, name="a"), saver=InMemorySaver())
    await graph.ainvoke({"text": "t"}, THREAD)
    output = await graph.ainvoke({"text": "t"}, THREAD)

    assert "fanjoin_outcomes" not in {*output, *saw[0], *saw[1]}
    assert "fanjoin_outcomes" not in json.dumps(graph.get_output_jsonschema())
    assert "fanjoin_outcomes" not in json.dumps(graph.get_input_jsonschema())
