"""LangGraph's config in a request reaches the nodes, except for names that are not a caller's."""

from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

MINE, YOURS = "m" * 24, "y" * 24


def invoke(client: TestClient, config: Any, **body: Any) -> httpx2.Response:
    sent = {"input": {}, "config": config, **body}
    return client.post("/graphs/configured/invoke", json=sent)


def seen_by_node(response: httpx2.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()["output"]["seen"]


def test_config_reaches_the_nodes(client: TestClient) -> None:
    configurable = {"depth": 5, "nested": {"a": [1]}}
    config = {
        "configurable": configurable,
        "metadata": {"team": "red"},
        "tags": ["nightly"],
        "recursion_limit": 7,
    }

    seen = seen_by_node(invoke(client, config))

    assert seen["configurable"].items() >= configurable.items()
    assert seen["metadata"]["team"] == "red"
    assert "nightly" in seen["tags"]
    assert seen["recursion_limit"] == 7


def test_nodes_find_no_member_of_the_service(client: TestClient) -> None:
    seen = seen_by_node(invoke(client, None, deadline_ms=60_000))

    assert not [name for name in seen["configurable"] if "fanjoin" in name]


@pytest.mark.parametrize(
    "name",
    [
        "thread_id",
        "checkpoint_id",
        "checkpoint_ns",
        "checkpoint_map",
        "checkpointer",
        "__pregel_checkpointer",
        "fanjoin",
        "run_id",
        "langgraph_step",
    ],
)
@pytest.mark.parametrize("part", ["configurable", "metadata"])
def test_reserved_name_is_refused_by_name(client: TestClient, part: str, name: str) -> None:
    response = invoke(client, {part: {name: "x"}})

    assert response.status_code == 422
    (problem,) = response.json()["errors"]
    assert problem["place"] == f"config.{part}.{name}"
    assert "reserved" in problem["message"]


@pytest.mark.parametrize(
    "config",
    [
        {"recursion_limit": 0},
        {"recursion_limit": "5"},
        {"max_concurrency": 0},
        {"callbacks": []},
        {"run_name": "x"},
        {"tags": ["graph:step:1"]},
        {"tags": "one"},
        {"configurable": []},
    ],
)
def test_config_out_of_shape_is_refused(client: TestClient, config: Any) -> None:
    assert invoke(client, config).status_code == 422


def test_run_past_the_requests_limit_fails_and_names_its_last_node(client: TestClient) -> None:
    response = invoke(client, {"recursion_limit": 3}, input={"rounds": 9})

    assert response.status_code == 502
    problem = response.json()
    assert (problem["error_type"], problem["branch"]) == ("GraphRecursionError", "look#3")


def test_setting_limits_runs_whose_request_does_not(settings: Settings) -> None:
    limited = settings.model_copy(update={"recursion_limit": 2})

    with TestClient(create_app(limited)) as client:
        stopped = invoke(client, None, input={"rounds": 9})
        seen = seen_by_node(invoke(client, {"recursion_limit": 20}, input={"rounds": 9}))

    assert stopped.json()["error_type"] == "GraphRecursionError"
    assert seen["recursion_limit"] == 20


def test_background_run_has_the_config_of_its_request(client: TestClient) -> None:
    sent = {"input": {}, "config": {"configurable": {"depth": 5}}, "thread_id": "t"}

    run_id = client.post("/graphs/configured/runs", json=sent).json()["run_id"]
    client.get(f"/runs/{run_id}/stream")

    run = client.get(f"/runs/{run_id}").json()
    assert run["output"]["seen"]["configurable"]["depth"] == 5


def test_no_config_reaches_another_owners_thread(settings: Settings) -> None:
    keyed = Settings(**{**settings.model_dump(), "api_keys": f"{MINE},{YOURS}"})
    with TestClient(create_app(keyed)) as client:
        client.headers["x-api-key"] = MINE
        assert invoke(client, None, thread_id="t").status_code == 200
        before = client.get("/threads/t/state").json()

        client.headers["x-api-key"] = YOURS
        for name in ("thread_id", "checkpoint_ns", "checkpoint_map"):
            assert invoke(client, {"configurable": {name: "t"}}).status_code == 422
        assert invoke(client, None, thread_id="t").status_code == 200

        client.headers["x-api-key"] = MINE
        assert client.get("/threads/t/state").json() == before
