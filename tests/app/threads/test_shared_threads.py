"""Several graphs on one thread: they share its state, and each reads what the others left."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient

from app.settings import Settings
from tests.app.threads_at_hand import invoke, post, sdk_of
from tests.conftest import SERVED_GRAPHS
from tests.live_server import LiveServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(stored_settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a service that serves `doubles` besides, over each database in turn."""
    served = json.loads(SERVED_GRAPHS.read_text())
    graphs = {
        graph_id: {**graph, "path": str(SERVED_GRAPHS.parent / graph["path"])}
        for graph_id, graph in served["graphs"].items()
    }
    doubles = f"{Path(__file__).parent}/doubles.py:graph"
    graphs["doubles"] = {"path": doubles, "description": "Doubles what tally counted."}
    registry = tmp_path / "langgraph.json"
    registry.write_text(json.dumps({**served, "graphs": graphs}))
    return stored_settings.model_copy(update={"graphs_file": registry})


@pytest.fixture
async def sdk(live_server: LiveServer) -> AsyncIterator[LangGraphClient]:
    async with sdk_of(live_server) as client:
        yield client


async def read_everything(server: LiveServer, sdk: LangGraphClient, thread_id: str) -> None:
    """Read a thread in every way there is; none may fail, whichever graph ran last."""
    await sdk.threads.get(thread_id)
    await sdk.threads.search(ids=[thread_id])
    await sdk.threads.get_state(thread_id, subgraphs=True)
    for state in await sdk.threads.get_history(thread_id, limit=100):
        at: Any = state["checkpoint"]
        await sdk.threads.get_state(thread_id, checkpoint=at, subgraphs=True)
        await sdk.threads.get_state(thread_id, checkpoint_id=at["checkpoint_id"])
        for task in state["tasks"]:
            if task["checkpoint"] is not None:
                body = {"checkpoint": task["checkpoint"]}
                answer = await post(server, f"/threads/{thread_id}/state/checkpoint", body)
                assert answer.status_code == 200


async def test_two_graphs_share_the_state_of_a_thread(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    for _ in range(3):
        await invoke(live_server, "tally", "t")

    doubled = (await invoke(live_server, "doubles", "t")).json()
    counted = (await invoke(live_server, "tally", "t")).json()

    assert doubled["output"] == {"count": 6, "thread_id": "t"}
    assert counted["output"] == {"count": 7}
    thread = await sdk.threads.get("t")
    assert thread["metadata"] == {"graph_id": "tally"}
    assert thread["values"] == {"count": 7}


ORDERS = [
    ("tally", "doubles"),
    ("doubles", "tally"),
    ("asks", "tally"),
    ("asks", "asks_two"),
    ("nested", "tally"),
    ("tally", "nested"),
    ("nested", "asks"),
    ("plain_flaky", "tally"),
    ("many", "chat"),
    ("chat", "scripted"),
    ("line", "chat"),
    ("tally", "line"),
]


@pytest.mark.parametrize(("first", "second"), ORDERS)
async def test_state_that_another_graph_wrote_is_read_without_failing(
    live_server: LiveServer, sdk: LangGraphClient, first: str, second: str
) -> None:
    inputs: dict[str, Any] = {
        "nested": {"word": "tides"},
        "plain_flaky": {"name": f"shared {live_server.url}"},
        "many": {"words": ["a", "b"]},
        "chat": {"messages": ["hello"]},
        "scripted": {"name": "n"},
        "line": {"number": 1},
    }
    started = await invoke(live_server, first, "t", input=inputs.get(first, {}))
    assert started.status_code in {200, 202, 502}
    await read_everything(live_server, sdk, "t")

    answer = await invoke(live_server, second, "t", input=inputs.get(second, {}))

    assert answer.status_code in {200, 202}
    await read_everything(live_server, sdk, "t")


@pytest.mark.parametrize("last", ["tally", "doubles", "nested", "chat", "asks_two"])
async def test_thread_is_read_by_a_graph_that_never_ran_on_it(
    live_server: LiveServer, sdk: LangGraphClient, last: str
) -> None:
    await invoke(live_server, "nested", "t", input={"word": "tides"})
    await invoke(live_server, "tally", "t")
    await invoke(live_server, "asks", "t")

    await sdk.threads.update("t", metadata={"graph_id": last})

    await read_everything(live_server, sdk, "t")


async def test_graph_that_cannot_read_a_state_shows_the_keys_it_knows(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "tally", "t")
    await sdk.threads.update("t", metadata={"graph_id": "doubles"})

    states = await sdk.threads.get_history("t", limit=100)

    assert [state["values"] for state in states] == [{"count": 1}, {}, {"count": 0}]


async def test_graph_that_starts_on_a_thread_with_a_question_moves_it_on(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    asking = (await invoke(live_server, "asks", "t")).json()

    await invoke(live_server, "tally", "t")

    assert (await sdk.threads.get("t"))["status"] == "idle"
    assert (await sdk.threads.get("t"))["interrupts"] == {}
    late = await post(live_server, f"/runs/{asking['run_id']}/resume", {"resume": "late"})
    assert late.status_code == 409


async def test_question_after_another_graphs_run_is_answered(live_server: LiveServer) -> None:
    await invoke(live_server, "tally", "t")
    asking = (await invoke(live_server, "asks", "t")).json()

    path = f"/runs/{asking['run_id']}/resume?wait=true"
    answered = (await post(live_server, path, {"resume": "yes"})).json()

    assert answered["status"] == "success"
    assert answered["output"]["results"] == {"sure": "yes", "unsure": "yes"}


async def test_checkpoint_of_another_graph_can_be_forked_from(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "tally", "t")
    then = await sdk.threads.get_state("t")
    await invoke(live_server, "tally", "t")
    checkpoint_id = then["checkpoint"]["checkpoint_id"]

    forked = await invoke(live_server, "doubles", "t", checkpoint_id=checkpoint_id)

    assert forked.json()["output"]["count"] == 2


async def test_edit_of_a_state_that_another_graph_wrote_is_taken_or_refused(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    for first, last, values in (
        ("chat", "tally", {"count": 1}),
        ("tally", "doubles", {"count": 1}),
        ("nested", "asks", {"results": {"unsure": "edited"}}),
        ("asks", "nested", {"results": "not a dict"}),
        ("tally", "chat", {"messages": [{"role": "user", "content": "hi"}]}),
    ):
        thread_id = f"{first} {last}"
        graph_input = {"chat": {"messages": ["hello"]}, "nested": {"word": "x"}}.get(first, {})
        await invoke(live_server, first, thread_id, input=graph_input)
        await sdk.threads.update(thread_id, metadata={"graph_id": last})

        answer = await post(live_server, f"/threads/{thread_id}/state", {"values": values})

        assert answer.status_code in {200, 422}, (first, last, answer.text)
        await read_everything(live_server, sdk, thread_id)
