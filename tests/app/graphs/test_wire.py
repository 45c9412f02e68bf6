"""What the service sends fits the schemas of docs/wire, and whatever fits them it understands."""

import json
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from langgraph.graph import START, StateGraph

from app.graphs.diagram.notes import note_of
from app.graphs.shape import BranchPolicy, Graph, JoinPolicy, shape_of
from app.graphs.wire import item_of, own_writes
from app.settings import Settings
from tests.app.graphs import kits_end
from tests.wire import check, schema

few = bounds(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def instances_of(name: str) -> st.SearchStrategy[Any]:
    return from_schema(schema(name))


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    names = ("sender", "receiver")
    graphs = {name: f"{kits_end.__file__}:{name}" for name in names}
    registry = tmp_path / "langgraph.json"
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    return settings.model_copy(update={"graphs_file": registry})


@pytest.fixture
def client(fresh_client: TestClient) -> TestClient:
    return fresh_client


def graph_with(metadata: Any) -> Graph:
    async def node(state: kits_end.State) -> kits_end.State:
        return {}

    builder = StateGraph(kits_end.State)
    builder.add_node("node", node, metadata={"fanjoin": metadata})
    builder.add_edge(START, "node")
    return builder.compile()


def config_of_run(client: TestClient, **body: Any) -> Any:
    response = client.post("/graphs/receiver/invoke", json={"input": {}, **body})
    return response.json()["output"]["config"]


@few
@given(metadata=instances_of("node_metadata"))
def test_a_node_is_what_its_metadata_says(metadata: dict[str, Any]) -> None:
    graph = graph_with(metadata)

    shape = shape_of(graph)

    assert shape.has_fan_out
    assert shape.kind(("node",)) == metadata["kind"]
    if metadata["kind"] == "branch":
        policy = (
            "fan_out",
            "required",
            "timeout",
            "attempts",
            "has_fallback",
            "has_cache",
            "items",
        )
        assert shape.branches == [BranchPolicy("node", **{key: metadata[key] for key in policy})]
        assert ("optional" in note_of(graph, "node")) is not metadata["required"]
        assert ("one per item" in note_of(graph, "node")) is (metadata["items"] is not None)
    else:
        assert shape.join_policies == [JoinPolicy(**declared(JoinPolicy, metadata))]


def declared(policy: type[Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """Return what metadata says of the fields of a policy."""
    names = [one.name for one in fields(policy) if one.name != "name"]
    return {"name": "node", **{name: metadata[name] for name in names}}


def test_a_member_of_the_metadata_that_the_service_does_not_know_is_ignored() -> None:
    metadata = {
        "kind": "branch",
        "fan_out": "join",
        "required": True,
        "items": None,
        "timeout": None,
        "attempts": 1,
        "has_fallback": False,
        "has_cache": False,
        "writes": None,
        "name": "of a later version",
    }
    check("node_metadata", metadata)

    assert shape_of(graph_with(metadata)).branches[0].name == "node"


@bounds(few, max_examples=5)  # each takes half a second to make up
@given(outcomes=instances_of("outcomes_channel"))
def test_the_outcomes_are_no_part_of_what_a_branch_wrote(outcomes: Any) -> None:
    assert own_writes({"fanjoin_outcomes": outcomes, "answer": 1}) == {"answer": 1}


@few
@given(result=instances_of("results_by_round"))
def test_a_result_is_read_without_its_tag(result: dict[str, Any]) -> None:
    results = {key: value for key, value in result.items() if key != "fanjoin_round"}
    is_retracted = not results
    own = result.get("fanjoin_row", results)

    read = own_writes({"notes": result, "answer": 1})

    assert read == ({"answer": 1} if is_retracted else {"notes": own, "answer": 1})


@few
@given(given=instances_of("item"))
def test_an_item_is_what_the_input_of_its_task_says(given: dict[str, Any]) -> None:
    item = given["fanjoin_item"]

    assert item_of(given) == (item["index"] if item["of"] else None, item["label"])
    assert item_of({"topic": "tides"}) is None


@few
@given(event=instances_of("custom_events"))
def test_a_row_tells_what_the_event_said(client: TestClient, event: dict[str, Any]) -> None:
    response = client.post("/graphs/sender/invoke", json={"input": {"events": [event]}})

    assert response.status_code == 200
    [row] = response.json()["report"]["branches"]
    match event["event"]:
        case "fanjoin.queued":
            assert row["name"] == "send"
        case "fanjoin.attempt":
            assert (row["name"], row["attempts"]) == (event["branch"], event["attempt"])
        case "fanjoin.attempt_failed":
            error = {key: event["error"][key] for key in ("type", "message")}
            assert row["tries"][-1]["error"] == error
        case "fanjoin.outcome":
            said = (event["branch"], event["status"], event["attempts"])
            assert (row["name"], row["status"], row["attempts"]) == said
            error = event["error"]
            assert row["error"] == (error and {key: error[key] for key in ("type", "message")})


def test_a_run_that_asks_for_nothing_sends_nothing_down(client: TestClient) -> None:
    assert config_of_run(client) is None


def test_deadline_and_cache_of_a_request_are_sent_down(client: TestClient) -> None:
    before = time.time()

    config = config_of_run(client, deadline_ms=60_000, cache="bypass")

    check("config", config)
    assert config.keys() == {"deadline", "cache"}
    assert before + 60 <= config["deadline"] <= time.time() + 60


def test_a_retry_sends_down_what_the_branches_wrote_without_tags(client: TestClient) -> None:
    failed = client.post("/graphs/receiver/invoke", json={"input": {"fails": True}}).json()

    again = client.post(f"/runs/{failed['run_id']}/retry?wait=true").json()

    config = again["output"]["config"]
    check("config", config)
    assert list(config["reuse"].values()) == [{"results": {"steady": "done"}}]
