"""Keys over HTTP: who is let in, and who sees what."""

import json

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings

MINE, YOURS = "m" * 20, "y" * 20


@pytest.fixture
def settings(settings: Settings) -> Settings:
    keyed = {**settings.model_dump(), "api_keys": f"{MINE}, {YOURS}"}
    return Settings(_env_file=None, **keyed)


def test_without_a_valid_key_only_health_answers(client: TestClient) -> None:
    bad = {"x-api-key": "wrong"}

    assert client.get("/health/ready").status_code == 200
    assert client.get("/ok").status_code == 200
    for path in ("/graphs", "/info", "/runs/x", "/graphs/scripted"):
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert client.get(path, headers=bad).status_code == 401
    assert client.post("/graphs/scripted/invoke", json={"input": {}}).status_code == 401


@pytest.mark.parametrize("headers", [{"x-api-key": MINE}, {"Authorization": f"Bearer {MINE}"}])
def test_key_is_taken_in_either_header(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/graphs", headers=headers).status_code == 200


def test_runs_and_threads_are_seen_by_their_owner_alone(client: TestClient) -> None:
    mine, yours = {"x-api-key": MINE}, {"x-api-key": YOURS}
    body = {"input": {}, "thread_id": "same"}
    run = client.post("/graphs/asks/invoke", json=body, headers=mine).json()

    other = client.post("/graphs/tally/invoke", json=body, headers=yours).json()
    again = client.post("/graphs/tally/invoke", json=body, headers=mine).json()

    assert client.get(f"/runs/{run['run_id']}", headers=mine).status_code == 200
    assert client.get(f"/runs/{run['run_id']}", headers=yours).status_code == 404
    assert other["output"] == again["output"] == {"count": 1}


def test_key_is_in_no_answer(client: TestClient) -> None:
    answer = client.get("/info", headers={"x-api-key": MINE})

    assert MINE not in json.dumps(answer.json())
