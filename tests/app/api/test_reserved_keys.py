"""What the kit writes cannot be written from outside, in whatever form LangGraph takes it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.api import kit_graphs
from tests.app.api.kit_graphs import FORGED

BAD = {"fanjoin_round": "no tag"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("reserved")
    paths = {name: f"{kit_graphs.__file__}:{name}" for name in kit_graphs.NAMES}
    registry = folder / "langgraph.json"
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": paths}))
    settings = Settings(
        _env_file=None,
        graphs_file=registry,
        data_dir=folder / "data",
        local_model="off",
        allowed_hosts=("testserver",),
    )
    with TestClient(create_app(settings)) as client:
        yield client


def run_on(client: TestClient, graph_id: str, thread_id: str, graph_input: Any) -> Any:
    body = {"input": graph_input, "thread_id": thread_id}
    return client.post(f"/graphs/{graph_id}/invoke", json=body)


def places(answer: Any) -> list[str]:
    body = answer.json()
    return [one["place"] for one in body["errors"]] if answer.status_code == 422 else [str(body)]


FORMS: list[tuple[str, Any, str]] = [
    ("results", FORGED, "results.fanjoin_round"),
    ("results", BAD, "results.fanjoin_round"),
    ("results", {"a": 1, "fanjoin_row": []}, "results.fanjoin_row"),
    ("results", {"__overwrite__": FORGED}, "results.__overwrite__.fanjoin_round"),
    ("results", {"__overwrite__": BAD}, "results.__overwrite__.fanjoin_round"),
    ("rows", {"__overwrite__": BAD}, "rows.__overwrite__.fanjoin_round"),
    (
        "results",
        {"__overwrite__": {"__overwrite__": BAD}},
        "results.__overwrite__.__overwrite__.fanjoin_round",
    ),
    ("results", {"type": "__overwrite__", "value": BAD}, "results.value.fanjoin_round"),
    ("fanjoin_outcomes", {}, "fanjoin_outcomes"),
    ("fanjoin_outcomes", {"__overwrite__": {}}, "fanjoin_outcomes"),
]


@pytest.mark.parametrize(("key", "value", "place"), FORMS)
def test_edit_with_a_key_of_the_kit_is_refused_by_its_place_and_changes_nothing(
    client: TestClient, key: str, value: Any, place: str
) -> None:
    run_on(client, "kit", "edited", {})
    before = client.get("/threads/edited/state").json()

    refused = client.post("/threads/edited/state", json={"values": {key: value}})

    assert places(refused) == [f"values.{place}"]
    assert client.get("/threads/edited/state").json() == before


@pytest.mark.parametrize(("key", "value", "place"), FORMS)
@pytest.mark.parametrize("route", ["invoke", "stream", "runs", "batch"])
def test_input_with_a_key_of_the_kit_is_refused_by_its_place(
    client: TestClient, route: str, key: str, value: Any, place: str
) -> None:
    sent = {key: value}
    body = {"inputs": [sent]} if route == "batch" else {"input": sent}

    refused = client.post(f"/graphs/kit/{route}", json=body)

    at = "inputs.0" if route == "batch" else "input"
    assert places(refused) == [f"{at}.{place}"]


def test_another_name_of_a_key_and_a_graph_around_hide_no_tag(client: TestClient) -> None:
    renamed = client.post("/graphs/renamed/invoke", json={"input": {"before": FORGED}})
    around = client.post("/graphs/around/invoke", json={"input": {"results": FORGED}})

    assert places(renamed) == ["input.results.fanjoin_round"]
    assert places(around) == ["input.results.fanjoin_round"]


def test_overwrite_without_a_tag_is_accepted_in_both_forms(client: TestClient) -> None:
    run_on(client, "kit", "overwritten", {})
    edits: list[Any] = [{"__overwrite__": {"a": 1}}, {"type": "__overwrite__", "value": {"a": 1}}]
    for edit in edits:
        made = client.post("/threads/overwritten/state", json={"values": {"results": edit}})

        assert made.status_code == 200
        state = client.get("/threads/overwritten/state").json()
        assert state["values"]["results"] == {"a": 1}


def test_keys_that_only_begin_like_those_of_the_kit_are_keys_like_any(client: TestClient) -> None:
    values = {"fanjoin_anything": "mine", "results": FORGED}

    answer = run_on(client, "plain", "mine", values)
    edited = client.post("/threads/mine/state", json={"values": {"fanjoin_anything": "edited"}})

    assert answer.json()["output"] == values
    assert edited.status_code == 200
    noted = client.post("/graphs/kit/invoke", json={"input": {"notes": BAD}})
    assert noted.json()["output"]["notes"] == BAD
