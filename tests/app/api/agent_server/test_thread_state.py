"""The state of a thread over HTTP, as the Agent Server's own client asks for it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError, UnprocessableEntityError

from tests.app.threads_at_hand import invoke, post, sdk_of
from tests.live_server import LiveServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sdk(live_server: LiveServer) -> AsyncIterator[LangGraphClient]:
    async with sdk_of(live_server) as client:
        yield client


async def test_thread_without_runs_has_an_empty_state(sdk: LangGraphClient) -> None:
    await sdk.threads.create(thread_id="t")

    state = await sdk.threads.get_state("t")

    assert (state["values"], state["next"], state["tasks"]) == ({}, [], [])
    assert state["checkpoint"]["checkpoint_id"] is None
    assert await sdk.threads.get_history("t") == []


async def test_state_shows_values_and_checkpoint_and_nothing_of_the_kit(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    answer = (await invoke(live_server, "scripted", "t", input={"name": "n"})).json()

    states = await sdk.threads.get_history("t", limit=100)

    newest: Any = await sdk.threads.get_state("t")
    assert states[0] == newest
    assert newest["values"]["answer"] == answer["output"]["answer"]
    assert newest["next"] == []
    assert newest["checkpoint"]["thread_id"] == "t"
    metadata: Any = newest["metadata"]
    assert (metadata["run_id"], metadata["graph_id"]) == (answer["run_id"], "scripted")
    assert newest["parent_checkpoint"] == states[1]["checkpoint"]
    assert states[1]["next"] == ["combine"]
    results = {task["name"]: task["result"] for task in states[2]["tasks"]}
    assert results["must"] == {"results": {"must": "n:must did it"}}
    assert "fanjoin_" not in json.dumps(states)


async def test_state_at_a_checkpoint_is_what_it_was_then(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "tally", "t")
    then = await sdk.threads.get_state("t")
    await invoke(live_server, "tally", "t")
    checkpoint_id = then["checkpoint"]["checkpoint_id"]

    by_id = await sdk.threads.get_state("t", checkpoint_id=checkpoint_id)
    by_checkpoint = await sdk.threads.get_state("t", checkpoint=then["checkpoint"])

    assert by_id == by_checkpoint == then
    assert then["values"] == {"count": 1}
    assert (await sdk.threads.get_state("t"))["values"] == {"count": 2}


async def test_history_goes_on_where_a_page_ended_and_is_filtered(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "tally", "t")
    second = (await invoke(live_server, "tally", "t")).json()
    whole = await sdk.threads.get_history("t", limit=100)

    first_page = await sdk.threads.get_history("t", limit=2)
    by_id = await sdk.threads.get_history(
        "t", limit=100, before=first_page[-1]["checkpoint"]["checkpoint_id"]
    )
    by_checkpoint = await sdk.threads.get_history(
        "t", limit=100, before=first_page[-1]["checkpoint"]
    )
    of_a_run = await sdk.threads.get_history("t", metadata={"run_id": second["run_id"]})

    assert first_page + by_id == first_page + by_checkpoint == whole
    assert of_a_run == whole[: len(of_a_run)]
    assert {state["metadata"]["run_id"] for state in of_a_run if state["metadata"]} == {
        second["run_id"]
    }
    with pytest.raises(UnprocessableEntityError):
        await sdk.threads.get_history("t", metadata={"a') OR 1=1 --": 1})


async def test_states_of_sub_graphs_are_shown_on_demand(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "nested", "t", input={"word": "tides"})
    history = await sdk.threads.get_history("t", limit=100)
    fan_out = next(state for state in history if len(state["tasks"]) == 2)

    deep = await sdk.threads.get_state("t", checkpoint=fan_out["checkpoint"], subgraphs=True)

    inner = next(task for task in deep["tasks"] if task["name"] == "research")
    assert inner["state"] is not None
    values: Any = inner["state"]["values"]
    assert values["sources"] == "about tides"
    shallow = next(task for task in fan_out["tasks"] if task["name"] == "research")
    assert shallow["state"] is None
    assert shallow["checkpoint"] is not None
    by_namespace = await sdk.threads.get_state("t", checkpoint=shallow["checkpoint"])
    assert by_namespace["values"] == values


async def test_messages_are_shown_as_the_agent_server_shows_them(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    graph_input = {"messages": [{"role": "user", "content": "hello"}]}
    await invoke(live_server, "chat", "t", input=graph_input)

    values: Any = (await sdk.threads.get_state("t"))["values"]

    assert [(m["type"], m["content"]) for m in values["messages"]] == [
        ("human", "hello"),
        ("ai", "human said hello"),
    ]


async def test_error_of_a_task_is_text(live_server: LiveServer, sdk: LangGraphClient) -> None:
    await invoke(live_server, "plain_flaky", "t", input={"name": "in a state"})

    state = await sdk.threads.get_state("t")

    errors = [task["error"] for task in state["tasks"] if task["error"]]
    assert len(errors) == 1
    assert "flaky" in errors[0]
    assert (await sdk.threads.get("t"))["status"] == "error"


class TestUpdate:
    async def test_update_is_a_new_checkpoint_that_runs_go_on_from(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        await invoke(live_server, "tally", "t")

        made: Any = await sdk.threads.update_state("t", {"count": 41}, as_node="add")

        state = await sdk.threads.get_state("t")
        assert state["checkpoint"]["checkpoint_id"] == made["checkpoint"]["checkpoint_id"]
        assert state["values"] == {"count": 42}
        assert state["metadata"] is not None
        assert state["metadata"]["source"] == "update"
        answer = (await invoke(live_server, "tally", "t")).json()
        assert answer["output"] == {"count": 43}

    async def test_thread_that_never_ran_takes_a_state_once_it_has_a_graph(
        self, sdk: LangGraphClient
    ) -> None:
        await sdk.threads.create(thread_id="none")
        await sdk.threads.create(thread_id="one", graph_id="tally")

        await sdk.threads.update_state("one", {"count": 3}, as_node="add")

        assert (await sdk.threads.get("one"))["values"] == {"count": 3}
        with pytest.raises(UnprocessableEntityError):
            await sdk.threads.update_state("none", {"count": 3})

    async def test_what_the_graph_does_not_take_is_422_and_changes_nothing(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        await invoke(live_server, "tally", "t")
        before = await sdk.threads.get_state("t")

        for values, as_node in (
            ({"nope": 1}, "add"),
            ({"count": 1}, "nobody"),
            ({"count": "three"}, "add"),
        ):
            with pytest.raises(UnprocessableEntityError):
                await sdk.threads.update_state("t", values, as_node=as_node)

        assert await sdk.threads.get_state("t") == before
        assert (await sdk.threads.get("t"))["status"] == "idle"

    async def test_update_of_a_checkpoint_forks_from_there(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        await invoke(live_server, "tally", "t")
        first = await sdk.threads.get_state("t")
        await invoke(live_server, "tally", "t")

        await sdk.threads.update_state(
            "t", {"count": 10}, as_node="add", checkpoint=first["checkpoint"]
        )

        state = await sdk.threads.get_state("t")
        assert state["values"] == {"count": 11}
        assert state["parent_checkpoint"] == first["checkpoint"]

    async def test_unknown_checkpoint_is_404_and_another_threads_is_422(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        await invoke(live_server, "tally", "t")
        other: Any = {"thread_id": "other", "checkpoint_ns": ""}

        for request in (
            sdk.threads.get_state("t", checkpoint_id="nope"),
            sdk.threads.update_state("t", {"count": 1}, checkpoint_id="nope"),
        ):
            with pytest.raises(NotFoundError):
                await request
        with pytest.raises(UnprocessableEntityError):
            await sdk.threads.get_state("t", checkpoint=other)

    async def test_edit_of_an_asking_thread_makes_its_question_void(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        asking = (await invoke(live_server, "asks", "t")).json()

        await sdk.threads.update_state("t", {"results": {"unsure": "decided"}}, as_node="unsure")

        thread = await sdk.threads.get("t")
        assert (thread["status"], thread["interrupts"]) == ("interrupted", {})
        late = await post(live_server, f"/runs/{asking['run_id']}/resume", {"resume": "late"})
        assert late.status_code == 422


@pytest.mark.parametrize(
    ("values", "place"), [({"sources": 5}, "values.sources"), ({"sorces": "x"}, "values.sorces")]
)
async def test_edit_of_a_sub_graph_that_does_not_fit_is_refused(
    live_server: LiveServer, values: dict[str, Any], place: str
) -> None:
    await invoke(live_server, "nested", "t", input={"word": "tides"})
    async with sdk_of(live_server) as sdk:
        history = await sdk.threads.get_history("t", limit=100)
    fan_out = next(state for state in history if len(state["tasks"]) == 2)
    inner = next(task["checkpoint"] for task in fan_out["tasks"] if task["name"] == "research")

    refused = await post(live_server, "/threads/t/state", {"values": values, "checkpoint": inner})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["place"] == place
