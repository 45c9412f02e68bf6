"""Questions that are answered one by one, and runs that go on from an earlier checkpoint."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient

from tests.app.threads_at_hand import invoke, post, sdk_of
from tests.live_server import LiveServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sdk(live_server: LiveServer) -> AsyncIterator[LangGraphClient]:
    async with sdk_of(live_server) as client:
        yield client


async def resume(server: LiveServer, run_id: str, answer: Any) -> Any:
    return (await post(server, f"/runs/{run_id}/resume?wait=true", {"resume": answer})).json()


def ids_by_question(run: Any) -> dict[str, str]:
    return {question["value"]: question["id"] for question in run["interrupts"]}


async def test_branches_that_ask_are_open_while_their_sibling_has_finished(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    answer = await invoke(live_server, "asks_two", "t")

    assert answer.status_code == 202
    thread = await sdk.threads.get("t")
    values = [question["value"] for (question,) in thread["interrupts"].values()]
    assert sorted(values) == ["when?", "where?"]
    assert thread["status"] == "interrupted"
    assert thread["values"] == {"results": {"sure": "yes"}}
    state = await sdk.threads.get_state("t")
    assert sorted(state["next"]) == ["when", "where"]


async def test_questions_are_answered_together_by_id(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    asking = (await invoke(live_server, "asks_two", "t")).json()
    ids = ids_by_question(asking)

    done = await resume(live_server, asking["run_id"], {ids["where?"]: "here", ids["when?"]: "now"})

    assert done["output"]["answer"] == "sure yes, where here, when now"
    assert (await sdk.threads.get("t"))["interrupts"] == {}


async def test_one_question_is_answered_and_then_the_other(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    asking = (await invoke(live_server, "asks_two", "t")).json()
    ids = ids_by_question(asking)

    half = await resume(live_server, asking["run_id"], {ids["when?"]: "now"})
    left = await sdk.threads.get("t")
    done = await resume(live_server, half["run_id"], {ids["where?"]: "here"})

    assert half["status"] == "interrupted"
    assert list(ids_by_question(half)) == ["where?"]
    assert [question["value"] for (question,) in left["interrupts"].values()] == ["where?"]
    assert done["output"]["answer"] == "sure yes, where here, when now"
    assert (await sdk.threads.get("t"))["status"] == "idle"


async def test_answer_to_a_question_that_is_answered_is_not_given_to_the_last_one(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    asking = (await invoke(live_server, "asks_two", "t")).json()
    ids = ids_by_question(asking)
    half = await resume(live_server, asking["run_id"], {ids["when?"]: "now"})

    late = await post(live_server, f"/runs/{half['run_id']}/resume", {"resume": {ids["when?"]: 1}})

    assert late.status_code == 422
    assert ids["where?"] in late.json()["detail"]
    assert (await sdk.threads.get("t"))["status"] == "interrupted"


async def test_question_of_a_thread_that_has_moved_on_cannot_be_answered(
    live_server: LiveServer,
) -> None:
    asking = (await invoke(live_server, "asks", "t")).json()
    await invoke(live_server, "asks", "t")

    late = await post(live_server, f"/runs/{asking['run_id']}/resume", {"resume": "late"})

    assert late.status_code == 409


async def test_run_forks_from_a_checkpoint_and_leaves_the_earlier_states(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    for _ in range(3):
        await invoke(live_server, "tally", "t")
    history = await sdk.threads.get_history("t", limit=100)
    first = next(state for state in history if state["values"] == {"count": 1})

    by_id = await invoke(
        live_server, "tally", "t", checkpoint_id=first["checkpoint"]["checkpoint_id"]
    )
    by_checkpoint = await invoke(live_server, "tally", "t", checkpoint=first["checkpoint"])

    assert by_id.json()["output"] == by_checkpoint.json()["output"] == {"count": 2}
    after = await sdk.threads.get_history("t", limit=100)
    assert [state for state in after if state in history] == history
    assert (await sdk.threads.get_state("t"))["values"] == {"count": 2}


async def test_run_without_input_goes_on_from_its_checkpoint(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "scripted", "t", input={"name": "first"})
    history = await sdk.threads.get_history("t", limit=100)
    before_the_join = next(state for state in history if state["next"] == ["combine"])

    again = await invoke(
        live_server,
        "scripted",
        "t",
        input=None,
        checkpoint_id=before_the_join["checkpoint"]["checkpoint_id"],
    )

    answer = again.json()
    assert answer["output"]["answer"] == "must, may, also; missing: []"
    assert [row["name"] for row in answer["report"]["branches"]] == ["combine"]


async def test_edit_of_an_earlier_state_is_where_a_run_without_input_goes_on(
    live_server: LiveServer, sdk: LangGraphClient
) -> None:
    await invoke(live_server, "scripted", "t", input={"name": "first"})
    history = await sdk.threads.get_history("t", limit=100)
    before_the_join = next(state for state in history if state["next"] == ["combine"])

    made: Any = await sdk.threads.update_state(
        "t",
        {"results": {"must": "edited"}},
        as_node="must",
        checkpoint=before_the_join["checkpoint"],
    )
    again = await invoke(live_server, "scripted", "t", input=None, **made)

    assert again.status_code == 200
    assert (await sdk.threads.get_state("t"))["values"]["results"]["must"] == "edited"  # type: ignore[call-overload]  # the SDK's values may be a list


async def test_fork_from_an_unknown_checkpoint_is_404(live_server: LiveServer) -> None:
    await invoke(live_server, "tally", "t")

    refused = await invoke(live_server, "tally", "t", checkpoint_id="nope")

    assert refused.status_code == 404
    assert (await invoke(live_server, "tally", "t")).json()["output"] == {"count": 2}
