"""Threads over HTTP, as the Agent Server's own client asks for them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import ConflictError, NotFoundError, UnprocessableEntityError

from app.auth.api_keys import ApiKeys
from app.settings import Settings
from tests.app.at_work import assert_begins
from tests.app.threads_at_hand import invoke, post, sdk_of
from tests.live_server import LiveServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sdk(live_server: LiveServer) -> AsyncIterator[LangGraphClient]:
    async with sdk_of(live_server) as client:
        yield client


async def test_created_thread_is_read_back_in_the_words_of_the_sdk(sdk: LangGraphClient) -> None:
    created = await sdk.threads.create(metadata={"team": "x"}, graph_id="tally", ttl=90)

    read: Any = await sdk.threads.get(created["thread_id"], include=["ttl"])

    ttl = read.pop("ttl")
    assert read == created
    assert read["metadata"] == {"team": "x", "graph_id": "tally"}
    assert (read["status"], read["values"], read["interrupts"]) == ("idle", None, {})
    expires = datetime.fromisoformat(ttl["expires_at"])
    assert expires - datetime.fromisoformat(read["created_at"]) == timedelta(minutes=90)
    assert (ttl["strategy"], ttl["ttl_minutes"]) == ("delete", 90)


async def test_existing_thread_is_409_or_the_answer(sdk: LangGraphClient) -> None:
    first = await sdk.threads.create(thread_id="t", metadata={"n": 1})

    again = await sdk.threads.create(thread_id="t", metadata={"n": 2}, if_exists="do_nothing")

    assert again == first
    with pytest.raises(ConflictError):
        await sdk.threads.create(thread_id="t")


async def test_run_makes_its_thread_and_shows_its_state_there(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    assert (await invoke(live_server, "tally", "new")).status_code == 200
    assert (await invoke(live_server, "tally", "new")).status_code == 200

    thread = await sdk.threads.get("new")

    assert thread["values"] == {"count": 2}
    assert thread["metadata"] == {"graph_id": "tally"}
    assert thread["status"] == "idle"


async def test_patch_merges_metadata(sdk: LangGraphClient) -> None:
    await sdk.threads.create(thread_id="t", metadata={"a": 1, "b": 1})

    patched = await sdk.threads.update("t", metadata={"b": 2}, ttl=5)
    await sdk.threads.update("t", metadata={"graph_id": "tally"}, return_minimal=True)

    assert patched["metadata"] == {"a": 1, "b": 2}
    assert (await sdk.threads.get("t"))["metadata"] == {"a": 1, "b": 2, "graph_id": "tally"}


async def test_search_finds_by_metadata_and_status_and_shows_what_is_selected(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await sdk.threads.create(thread_id="a", metadata={"team": "x"})
    await sdk.threads.create(thread_id="b", metadata={"team": "x"})
    await invoke(live_server, "asks", "b")

    matching = await sdk.threads.search(
        metadata={"team": "x"}, sort_by="thread_id", sort_order="asc", limit=5
    )
    asking = await sdk.threads.search(status="interrupted", select=["thread_id", "interrupts"])

    assert [thread["thread_id"] for thread in matching] == ["a", "b"]
    assert [thread["values"] for thread in matching] == [None, {"results": {"sure": "yes"}}]
    (only,) = asking
    assert set(only) == {"thread_id", "interrupts"}
    ((question,),) = only["interrupts"].values()
    assert question["value"] == {"question": "may I?"}


async def test_deleted_thread_is_gone_with_its_states_and_runs(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    run_id = (await invoke(live_server, "tally", "t")).json()["run_id"]

    await sdk.threads.delete("t")

    with pytest.raises(NotFoundError):
        await sdk.threads.get("t")
    with pytest.raises(NotFoundError):
        await sdk.threads.delete("t")
    with pytest.raises(NotFoundError):
        await sdk.http.get(f"/runs/{run_id}")
    assert (await invoke(live_server, "tally", "t")).json()["output"] == {"count": 1}


async def test_busy_thread_refuses_runs_deletion_and_edits_but_is_read(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    body = {"input": {"may": "stall", "name": "busy"}, "thread_id": "t"}
    await post(live_server, "/graphs/scripted/runs", body)
    assert_begins("busy:may")

    assert (await sdk.threads.get("t"))["status"] == "busy"
    assert (await sdk.threads.update("t", metadata={"seen": True}))["status"] == "busy"
    assert (await invoke(live_server, "scripted", "t")).status_code == 409
    with pytest.raises(ConflictError):
        await sdk.threads.delete("t")
    with pytest.raises(ConflictError):
        await sdk.threads.update_state("t", {"answer": "mine"})


async def test_unknown_thread_is_404_everywhere(sdk: LangGraphClient) -> None:
    for request in (
        sdk.threads.get("nope"),
        sdk.threads.update("nope", metadata={}),
        sdk.threads.delete("nope"),
        sdk.threads.get_state("nope"),
        sdk.threads.get_history("nope"),
        sdk.threads.update_state("nope", {}),
    ):
        with pytest.raises(NotFoundError):
            await request


async def test_what_the_sdk_may_send_and_we_do_not_do_is_422_naming_it(
    sdk: LangGraphClient,
) -> None:
    await sdk.threads.create(thread_id="t")
    steps: Any = [{"updates": [{"values": {}, "as_node": "add"}]}]
    for request, name in (
        (sdk.threads.create(supersteps=steps), "supersteps"),
        (sdk.threads.search(values={"a": 1}), "values"),
        (sdk.threads.search(extract={"a": "values.a"}), "extract"),
        (sdk.threads.search(sort_by="state_updated_at"), "sort_by"),
        (sdk.threads.search(metadata={"nested": {"a": 1}}), "metadata.nested"),
        (sdk.threads.create(metadata={"graph_id": 5}), "metadata.graph_id"),
        (sdk.threads.get_state("t", select=["values"]), "select"),
        (sdk.threads.get_history("t", select=["values"]), "select"),
    ):
        with pytest.raises(UnprocessableEntityError) as refused:
            await request
        assert name in str(refused.value.body)


async def test_thread_of_an_unknown_graph_is_404(sdk: LangGraphClient) -> None:
    with pytest.raises(NotFoundError):
        await sdk.threads.create(graph_id="nope")


class TestOwners:
    MINE, YOURS = "m" * 20, "y" * 20

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        keyed = {**settings.model_dump(), "api_keys": f"{self.MINE}, {self.YOURS}"}
        return Settings(_env_file=None, **keyed)

    async def test_threads_are_seen_by_their_owner_alone(self, live_server: LiveServer) -> None:
        async with sdk_of(live_server, self.MINE) as me, sdk_of(live_server, self.YOURS) as you:
            await me.threads.create(thread_id="t", metadata={"whose": "mine"}, graph_id="tally")
            await me.threads.update_state("t", {"count": 7}, as_node="add")

            assert await you.threads.search() == []
            for request in (
                you.threads.get("t"),
                you.threads.get_state("t"),
                you.threads.get_history("t"),
                you.threads.update("t", metadata={}),
                you.threads.update_state("t", {}),
                you.threads.delete("t"),
            ):
                with pytest.raises(NotFoundError):
                    await request
            yours = await you.threads.create(thread_id="t", graph_id="tally")
            assert yours["values"] is None
            assert (await me.threads.get("t"))["values"] == {"count": 7}

    async def test_no_ids_of_a_request_lead_to_another_owners_state(
        self, live_server: LiveServer
    ) -> None:
        async with sdk_of(live_server, self.MINE) as me, sdk_of(live_server, self.YOURS) as you:
            await you.threads.create(thread_id="t", graph_id="tally")
            await you.threads.update_state("t", {"count": 7}, as_node="add")
            theirs: Any = (await you.threads.get_state("t"))["checkpoint"]
            owner = ApiKeys([self.YOURS]).owner(self.YOURS)
            for thread_id in ("t", owner, f"{owner}:t", f"thread:{owner}", f"..%2f{owner}%2ft"):
                body = {"input": {}, "thread_id": thread_id}
                forking = {**body, "checkpoint_id": theirs["checkpoint_id"]}
                with pytest.raises(NotFoundError):
                    await me.http.post("/graphs/tally/invoke", json=forking)
                mine: Any = await me.http.post("/graphs/tally/invoke", json=body)
                assert mine["output"] == {"count": 1}
            at: Any = {**theirs, "thread_id": "t", "checkpoint_map": {"": theirs["checkpoint_id"]}}
            for request in (
                me.threads.get_state("t", checkpoint_id=theirs["checkpoint_id"]),
                me.threads.get_state("t", checkpoint=at),
                me.threads.update_state("t", {"count": 1}, checkpoint=at),
            ):
                with pytest.raises(NotFoundError):
                    await request
            await me.threads.get_history("t", before=at)
            await me.threads.delete("t")
            assert (await you.threads.get("t"))["values"] == {"count": 7}


class TestBothDatabases:
    @pytest.fixture
    def settings(self, stored_settings: Settings) -> Settings:
        return stored_settings

    async def test_thread_runs_is_edited_listed_and_deleted(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        await invoke(live_server, "tally", "t")
        await sdk.threads.update_state("t", {"count": 4}, as_node="add")
        await sdk.threads.update("t", metadata={"team": "x"})

        history = await sdk.threads.get_history("t", limit=1, metadata={"source": "update"})
        (matching,) = await sdk.threads.search(metadata={"team": "x", "graph_id": "tally"})

        assert [state["values"] for state in history] == [{"count": 5}]
        assert matching["values"] == {"count": 5}
        await sdk.threads.delete("t")
        assert await sdk.threads.search() == []
        await sdk.threads.create(thread_id="t", graph_id="tally")
        assert (await sdk.threads.get_state("t"))["values"] == {}

    async def test_id_that_no_new_thread_may_have_is_422_with_the_reason(
        self, live_server: LiveServer
    ) -> None:
        for path, body in (
            ("/threads", {"thread_id": "a~b"}),
            ("/threads", {"thread_id": "a~b", "if_exists": "do_nothing"}),
            ("/threads", {"thread_id": "x" * 256}),
            ("/threads", {"thread_id": "a/b"}),
            ("/threads", {"thread_id": ".."}),
            ("/graphs/tally/invoke", {"input": {}, "thread_id": "a~b"}),
            ("/graphs/tally/stream", {"input": {}, "thread_id": "a~b"}),
            ("/graphs/tally/runs", {"input": {}, "thread_id": "~"}),
            ("/graphs/tally/runs", {"input": {}, "thread_id": "x" * 256}),
            ("/graphs/tally/invoke", {"input": {}, "thread_id": "/"}),
            ("/graphs/tally/stream", {"input": {}, "thread_id": "../graphs"}),
            ("/graphs/tally/runs", {"input": {}, "thread_id": "."}),
        ):
            answer = await post(live_server, path, body)
            assert answer.status_code == 422, (path, body, answer.text)
            (error,) = answer.json()["errors"]
            assert error["place"] == "thread_id"
            assert "a new thread's id must" in error["message"]

    async def test_odd_names_and_values_are_stored_or_refused_and_break_nothing(
        self, live_server: LiveServer, sdk: LangGraphClient
    ) -> None:
        await invoke(live_server, "chat", "t", input={"messages": ["hello"]})
        odd = {"big": 2**70, "half": "\ud800", "nul": "\0", "": 1}
        await sdk.threads.create(thread_id="ü \N{SNOWMAN} ?#%", metadata={"nul": "\0"})
        assert (await sdk.threads.get("ü \N{SNOWMAN} ?#%"))["metadata"] == {"nul": "\0"}

        for path, body in (
            ("/threads", {"thread_id": "a\0b"}),
            ("/threads", {"metadata": {"a\0b": 1}}),
            ("/threads", {"metadata": odd}),
            ("/threads", {"ttl": {"ttl": 1e300}}),
            ("/threads/search", {"metadata": {"big": 2**70, "nul": "\0"}}),
            ("/threads/search", {"ids": ["\0"]}),
            ("/threads/search", {"offset": 10**30}),
            ("/threads/a%00b/history", {}),
            ("/threads/t/history", {"metadata": {"step": 2**70}}),
            ("/threads/t/state", {"values": {"\0": "\ud800"}}),
            ("/threads/t/state", {"values": {"messages": "\ud800\0"}}),
            ("/threads/t/state", {"values": None, "checkpoint": {"checkpoint_ns": "echo:1"}}),
            ("/threads/t/state/checkpoint", {"checkpoint": {"checkpoint_map": {"": "x"}}}),
            ("/threads/t/history", {"metadata": {"step": 1e999, "source": "\0"}}),
        ):
            answer = await post(live_server, path, body)
            assert answer.status_code in (200, 404, 422), (path, body, answer.text)
