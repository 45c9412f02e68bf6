"""What nodes write to the custom stream, as their run's followers see it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from tests.app.execution.telling import events_of, stream, telling_settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(telling_settings(tmp_path_factory.mktemp("data")))) as client:
        yield client


def custom(events: list[tuple[str, Any]]) -> list[Any]:
    return [data for name, data in events if name == "custom"]


WRITTEN = {
    ("with_config", None, "{'progress': 50}"),
    ("with_runtime", None, "plain text"),
    ("dispatches", "progress", "{'percent': 10}"),
    ("inner/with_config", None, "{'progress': 50}"),
    ("inner/with_runtime", None, "plain text"),
}


def test_what_a_node_writes_or_dispatches_names_its_branch(client: TestClient) -> None:
    written = custom(stream(client, "writes"))

    assert {(one["branch"], one["name"], str(one["data"])) for one in written} == WRITTEN
    assert len(written) == len(WRITTEN)


def test_written_and_dispatched_events_come_in_the_order_of_the_node(client: TestClient) -> None:
    written = custom(stream(client, "in_turn"))

    for branch in ("inner/alternates", "inner/alternates_in_a_thread"):
        own = [one for one in written if one["branch"] == branch]
        assert [one["data"] for one in own] == list(range(6))
        assert [one["name"] for one in own] == [None, "number"] * 3


def test_branches_that_were_named_send_theirs_alone(client: TestClient) -> None:
    answer = client.post("/graphs/writes/stream?branches=inner", json={"input": {}})

    branches = {one["branch"] for one in custom(events_of(answer.text))}
    assert branches == {"inner/with_config", "inner/with_runtime"}


def test_values_that_are_no_json_and_the_kits_words_in_them_are_shown(client: TestClient) -> None:
    events = stream(client, "odds")

    data = [one["data"] for one in custom(events)]
    assert dict(events)["end"]["status"] == "success"
    assert data[0] is None
    assert "Odd" in data[1]
    assert data[6]["truncated"] is True
    assert data[7:] == [
        {"event": "fanjoin.queued", "ns": "x"},
        {"event": "fanjoin.queued"},
        {"event": "fanjoin.attempt", "ns": "x"},
        {"event": "fanjoin.attempt"},
        {"event": "fanjoin.outcome", "ns": "x"},
        {"event": "fanjoin.outcome"},
        {"event": "mine", "ns": 3},
        {"event": ["fanjoin.queued"], "ns": ""},
    ]


def test_events_of_the_kit_are_its_own(client: TestClient) -> None:
    events = stream(client, "kit")

    assert [one["data"] for one in custom(events)] == [{"from": "left"}]
    attempts = {row["id"]: row["attempts"] for row in dict(events)["report"]["branches"]}
    assert attempts == {"left": 1, "right": 1, "combine": 1}


def test_custom_events_are_bounded_and_the_report_says_so(client: TestClient) -> None:
    events = stream(client, "flood")

    assert 60 < len(custom(events)) < 80
    assert [one for one in dict(events)["report"]["warnings"] if "custom events" in one]


def test_background_run_replays_them_from_any_event(client: TestClient) -> None:
    run_id = client.post("/graphs/writes/runs", json={"input": {}}).json()["run_id"]
    text = client.get(f"/runs/{run_id}/stream").text
    ids = [line[4:] for line in text.splitlines() if line.startswith("id: ")]

    again = client.get(f"/runs/{run_id}/stream", headers={"Last-Event-ID": ids[0]}).text

    assert len(custom(events_of(text))) == len(WRITTEN)
    assert events_of(again) == events_of(text)[1:]
