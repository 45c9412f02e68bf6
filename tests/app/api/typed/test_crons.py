"""Crons over HTTP: what is created, shown, changed and refused."""

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

YEARLY = {"schedule": "30 6 1 1 *", "timezone": "Europe/Berlin"}


def create(client: TestClient, graph_id: str = "tally", **body: Any) -> dict[str, Any]:
    response = client.post(f"/graphs/{graph_id}/crons", json={"input": {}, **YEARLY, **body})
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


def refused(client: TestClient, **body: Any) -> dict[str, Any]:
    response = client.post("/graphs/tally/crons", json={"input": {}, **YEARLY, **body})
    assert response.status_code == 422
    [problem] = response.json()["errors"]
    assert isinstance(problem, dict)
    return problem


def test_created_cron_is_read_with_its_next_five_ticks_in_both_times(client: TestClient) -> None:
    created = create(client, metadata={"team": "a"}, deadline_ms=500)

    read = client.get(f"/crons/{created['cron_id']}").json()

    ticks = [datetime.fromisoformat(tick["local"]) for tick in read["next"]]
    assert read == created
    assert len(ticks) == 5
    assert [f"{tick:%m-%d %H:%M%z}" for tick in ticks] == ["01-01 06:30+0100"] * 5
    assert [tick["utc"][4:] for tick in read["next"]] == ["-01-01T05:30:00Z"] * 5
    assert read["next_at"] == read["next"][0]["utc"]
    assert read["request"] == {
        "input": {},
        "deadline_ms": 500,
        "cache": "use",
        "stream_tokens": False,
        "checkpoint_id": None,
    }
    assert (read["missed"], read["paused"], read["problem"]) == ("once", False, None)


@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        ({"schedule": "0 0 30 2 *"}, "schedule", "never fire"),
        ({"schedule": "* * * * * *"}, "schedule", "once a minute at most"),
        ({"schedule": "0 25 * * *"}, "schedule", "the hour is not valid"),
        ({"schedule": 5}, "schedule", "string"),
        ({"timezone": "Berlin"}, "timezone", "no such time zone"),
        ({"missed": "all"}, "missed", "once"),
        ({"end_at": "2001-01-01T00:00:00Z"}, "end_at", "no tick before it"),
        ({"end_at": "2901-01-01T00:00:00"}, "end_at", "datetime"),
        ({"thread_id": "a~b"}, "thread_id", "~"),
        ({"input": None}, "input", "thread_id"),
        ({"input": 5}, "input", ""),
        ({"config": {"recursion_limit": 0}}, "config.recursion_limit", ""),
        ({"every": "minute"}, "every", ""),
    ],
)
def test_body_that_cannot_be_used_is_refused_at_its_place(
    client: TestClient, body: dict[str, Any], place: str, said: str
) -> None:
    problem = refused(client, **body)

    assert problem["place"] == place
    assert said in problem["message"]
    assert client.get("/crons").json() == []


def test_list_is_of_the_owner_and_pages_from_newest_to_oldest(client: TestClient) -> None:
    ids = [create(client)["cron_id"] for _ in range(3)]
    of_asks = create(client, "asks", thread_id="t")["cron_id"]

    newest = client.get("/crons", params={"limit": 2}).json()
    older = client.get("/crons", params={"before": newest[-1]["cron_id"]}).json()
    of_graph = client.get("/crons", params={"graph_id": "asks"}).json()
    of_thread = client.get("/crons", params={"thread_id": "t"}).json()
    client.headers["x-test-owner"] = uuid4().hex
    of_another = client.get("/crons").json()

    assert [one["cron_id"] for one in newest + older] == [of_asks, *ids[::-1]]
    assert [one["cron_id"] for one in of_graph] == [of_asks]
    assert of_thread == of_graph
    assert of_another == []


def test_cron_of_another_owner_is_404_for_every_method(client: TestClient) -> None:
    path = f"/crons/{create(client)['cron_id']}"
    mine = client.headers["x-test-owner"]

    client.headers["x-test-owner"] = uuid4().hex
    answers = [client.get(path), client.patch(path, json={"paused": True}), client.delete(path)]
    client.headers["x-test-owner"] = mine

    assert [answer.status_code for answer in answers] == [404] * 3
    assert answers[0].json()["type"] == "urn:fanjoin:cron-not-found"
    assert client.get(path).json()["paused"] is False


def test_patch_changes_what_it_names_and_computes_the_next_tick_anew(client: TestClient) -> None:
    created = create(client, metadata={"team": "a"}, cache="bypass")
    path = f"/crons/{created['cron_id']}"

    patched = client.patch(
        path,
        json={"schedule": "@yearly", "timezone": "UTC", "missed": "skip", "deadline_ms": 9},
    ).json()

    changed = {"schedule", "timezone", "missed", "next_at", "next", "request", "updated_at"}
    assert patched["next_at"][4:] == "-01-01T00:00:00Z"
    assert patched["request"] == {**created["request"], "deadline_ms": 9}
    assert (patched["schedule"], patched["missed"]) == ("@yearly", "skip")
    assert {name for name in patched if patched[name] != created[name]} == changed
    assert client.get(path).json() == patched


def test_pause_and_resume_keep_everything_but_the_ticks(client: TestClient) -> None:
    created = create(client)
    path = f"/crons/{created['cron_id']}"

    paused = client.patch(path, json={"paused": True}).json()
    renamed = client.patch(path, json={"metadata": {"n": 1}}).json()
    resumed = client.patch(path, json={"paused": False, "metadata": {}}).json()

    assert (paused["next_at"], paused["next"]) == (None, [])
    assert (renamed["next_at"], renamed["metadata"]) == (None, {"n": 1})
    assert {**resumed, "updated_at": None} == {**created, "updated_at": None}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"schedule": "x"}, "schedule"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"input": {"must": 5}}, "input.must"),
        ({"input": None}, "input"),
        ({"schedule": None}, "schedule"),
        ({"end_at": "2001-01-01T00:00:00Z"}, "end_at"),
        ({"thread_id": "t"}, "thread_id"),
        ({"config": {"configurable": {"thread_id": "t"}}}, "config.configurable.thread_id"),
    ],
)
def test_patch_that_cannot_be_used_is_refused_and_changes_nothing(
    client: TestClient, body: dict[str, Any], place: str
) -> None:
    created = create(client, "scripted")
    path = f"/crons/{created['cron_id']}"

    response = client.patch(path, json={"metadata": {"n": 1}, **body})

    assert response.status_code == 422
    assert [problem["place"] for problem in response.json()["errors"]] == [place]
    assert client.get(path).json() == created


def test_deleted_cron_is_gone(client: TestClient) -> None:
    path = f"/crons/{create(client)['cron_id']}"

    first, second = client.delete(path), client.delete(path)

    assert (first.status_code, second.status_code) == (204, 404)
    assert client.get("/crons").json() == []


def test_same_key_creates_one_cron(client: TestClient) -> None:
    key, body = {"Idempotency-Key": "k"}, {"input": {}, **YEARLY}

    first = client.post("/graphs/tally/crons", json=body, headers=key)
    second = client.post("/graphs/tally/crons", json=body, headers=key)
    other = client.post("/graphs/tally/crons", json={**body, "paused": True}, headers=key)

    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert other.status_code == 422
    assert other.json()["type"] == "urn:fanjoin:key-reused"
    assert len(client.get("/crons").json()) == 1


def test_key_of_a_caller_never_is_that_of_a_tick(client: TestClient) -> None:
    cron_id = create(client)["cron_id"]
    key = {"Idempotency-Key": f"cron:{cron_id}:2030-01-01T05:30Z"}

    run = client.post("/graphs/tally/runs", json={"input": {}}, headers=key)

    assert run.status_code == 202


def test_tick_is_in_the_zone_of_the_cron(client: TestClient) -> None:
    read = create(client, schedule="0 12 * * *", timezone="Australia/Lord_Howe")

    [tick, *_] = read["next"]

    local, utc = datetime.fromisoformat(tick["local"]), datetime.fromisoformat(tick["utc"])
    assert local == utc
    assert local.hour == 12
    assert local.utcoffset() == utc.astimezone(ZoneInfo("Australia/Lord_Howe")).utcoffset()
