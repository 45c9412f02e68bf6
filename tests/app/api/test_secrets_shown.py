"""A secret of a request reaches the nodes as it was sent, and is shown with no run or refusal.

The state of a thread holds it in clear, as LangGraph's own does.
"""

import httpx2
import pytest

from tests.app.api.test_refusals_of_values import anyio_backend, client, invoke

__all__ = ["anyio_backend", "client"]

pytestmark = pytest.mark.anyio

SECRET = "hunter22-do-not-show"

MASK = "**********"


async def test_secret_is_shown_in_no_refusal(client: httpx2.AsyncClient) -> None:
    for graph_input in (
        {"key": SECRET},
        {"topic": 1, "key": SECRET},
        {"topic": "x", "key": [SECRET]},
        {"topic": "x", "key": SECRET, "unknown": 1},
        {"topic": "x", "key": SECRET, "person": {"name": 1}},
    ):
        answer = await invoke(client, "request", graph_input)

        assert answer.status_code == 422
        assert SECRET not in answer.text, graph_input


async def test_secret_is_not_shown_where_the_body_is_wrong(client: httpx2.AsyncClient) -> None:
    sent = {"input": {"topic": "x", "key": SECRET}, "context": {"key": SECRET}}

    for body, message in (
        ({**sent, "checkpoint_id": "c"}, "a checkpoint requires thread_id"),
        ({"context": sent["context"]}, "Field required"),
    ):
        answer = await client.post("/graphs/keeps_secrets/invoke", json=body)

        assert answer.status_code == 422
        assert message in answer.text
        assert SECRET not in answer.text


async def test_secret_reaches_the_nodes_and_is_shown_with_no_run(
    client: httpx2.AsyncClient,
) -> None:
    answer = await invoke(
        client,
        "keeps_secrets",
        {"topic": "x", "key": SECRET},
        context={"key": SECRET},
        thread_id="t",
        metadata={"team": "red"},
    )
    run_id = answer.json().get("run_id")

    assert (answer.status_code, answer.json().get("detail")) == (200, None)
    assert answer.json()["output"] == {"saw": "20 letters SecretStr 20"}
    assert SECRET not in answer.text
    for path in (f"/runs/{run_id}", f"/runs/{run_id}/report", f"/runs/{run_id}/stream"):
        assert SECRET not in (await client.get(path)).text, path
    run = (await client.get(f"/runs/{run_id}")).json()
    assert (run["input"]["topic"], run["input"]["key"]) == ("x", MASK)
    assert run["context"] == {"key": MASK}
    assert SECRET not in (await client.post("/runs/search", json={})).text
    state = (await client.get("/threads/t/state")).json()
    assert state["values"]["key"] == SECRET
