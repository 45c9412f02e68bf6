"""Idempotency-Key: the same request sent again, or twice at once, starts one run."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.at_work import assert_begins, holding
from tests.app.execution.test_runner import events_of, invoke
from tests.live_server import PATIENCE_SECONDS, LiveServer

KEY = {"Idempotency-Key": "order-17"}
EMPTY: dict[str, Any] = {"input": {}}


def post(client: TestClient, path: str, body: Any = None, **headers: str) -> httpx2.Response:
    return client.post(path, json=body, headers={**KEY, **headers})


def runs_of(client: TestClient) -> list[str]:
    return [run["run_id"] for run in client.post("/runs/search", json={}).json()]


def is_replay(response: httpx2.Response) -> bool:
    return response.headers.get("Idempotent-Replayed") == "true"


def test_same_key_and_body_gives_the_same_answer_and_says_so(client: TestClient) -> None:
    path, body = "/graphs/scripted/invoke", {"input": {"may": "ok", "name": "a"}}
    in_another_order = {"input": {"name": "a", "may": "ok"}}

    first = post(client, path, body)
    second = post(client, path, in_another_order)

    assert not is_replay(first)
    assert is_replay(second)
    assert first.json() == second.json()
    assert runs_of(client) == [first.json()["run_id"]]


def test_failed_run_is_replayed_as_it_failed(client: TestClient) -> None:
    path, body = "/graphs/scripted/invoke", {"input": {"must": "fail"}}

    first, second = post(client, path, body), post(client, path, body)

    assert (first.status_code, second.status_code) == (502, 502)
    assert is_replay(second)
    assert second.headers["content-type"] == "application/problem+json"
    assert first.json() == second.json()


def test_key_with_another_request_is_422(client: TestClient) -> None:
    post(client, "/graphs/scripted/invoke", {"input": {}})

    other_body = post(client, "/graphs/scripted/invoke", {"input": {"name": "other"}})
    other_route = post(client, "/graphs/scripted/runs", {"input": {}})

    for refused in (other_body, other_route):
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:fanjoin:key-reused"
    assert len(runs_of(client)) == 1


def test_key_of_a_run_is_none_of_a_batch(client: TestClient) -> None:
    one: tuple[str, Any] = ("invoke", {"input": {}})
    many: tuple[str, Any] = ("batch", {"inputs": [{}, {}]})

    for key, first, second in (("a", one, many), ("b", many, one)):
        headers = {"Idempotency-Key": key}
        started, refused = (
            client.post(f"/graphs/scripted/{route}", json=body, headers=headers)
            for route, body in (first, second)
        )
        assert (started.status_code, refused.status_code) == (200, 422)
    assert len(runs_of(client)) == 3


@pytest.mark.parametrize(
    "key",
    [b"", b"two words", b"tab\tin it", b"x" * 256, "clé".encode("latin-1"), "clé".encode()],
    ids=["empty", "space", "tab", "long", "latin", "utf-8"],
)
def test_key_that_is_none_is_422_and_names_the_header_on_every_route(
    client: TestClient, key: bytes
) -> None:
    failed = invoke(client, "flaky", input={"name": f"never again {key!r}"}).json()["run_id"]
    asking = invoke(client, "asks", thread_id="t").json()["run_id"]
    headers = [(b"Idempotency-Key", key)]

    for path, body in (
        *((f"/graphs/scripted/{action}", EMPTY) for action in ("invoke", "stream", "runs")),
        ("/graphs/scripted/batch", {"inputs": [{}]}),
        (f"/runs/{failed}/retry", None),
        (f"/runs/{asking}/resume", {"resume": "yes"}),
    ):
        refused = client.post(path, json=body, headers=headers)
        assert refused.status_code == 422, path
        assert [one["place"] for one in refused.json()["errors"]] == ["header.idempotency-key"]
    assert sorted(runs_of(client)) == sorted([failed, asking])


def test_longest_key_is_one(client: TestClient) -> None:
    key = {"Idempotency-Key": "x" * 255}

    first, second = (
        client.post("/graphs/scripted/invoke", json=EMPTY, headers=key) for _ in range(2)
    )

    assert (first.status_code, is_replay(second)) == (200, True)


def test_two_at_once_start_one_run(live_server: LiveServer) -> None:
    url = f"{live_server.url}/graphs/scripted/invoke"
    body = {"input": {"name": "asked by four"}, "thread_id": "t"}
    request: dict[str, Any] = {"json": body, "headers": KEY, "timeout": PATIENCE_SECONDS}

    with ThreadPoolExecutor(4) as pool, holding("asked by four:must") as let_go:
        sent = [pool.submit(httpx2.post, url, **request) for _ in range(4)]
        live_server.wait_for_requests(4)
        let_go()
        answers = [answer.result() for answer in sent]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert sorted(map(is_replay, answers)) == [False, True, True, True]


def test_stream_is_replayed_from_its_first_event(client: TestClient) -> None:
    path, body = "/graphs/scripted/stream", EMPTY

    first, second = post(client, path, body), post(client, path, body)

    assert is_replay(second)
    assert events_of(second) == events_of(first)
    assert events_of(second)[-1][1]["status"] == "success"


def test_background_run_is_replayed_as_it_stands(client: TestClient) -> None:
    path, body = "/graphs/scripted/runs", EMPTY
    run_id = post(client, path, body).json()["run_id"]
    client.get(f"/runs/{run_id}/stream")

    replayed = post(client, path, body)

    assert replayed.status_code == 202
    assert is_replay(replayed)
    assert replayed.json() == {"run_id": run_id, "status": "success"}


def test_batch_sent_again_finds_each_of_its_runs(client: TestClient) -> None:
    path, body = "/graphs/scripted/batch", {"inputs": [{"name": "a"}, {"must": "fail"}]}

    first, second = post(client, path, body), post(client, path, body)

    assert is_replay(second)
    assert first.json() == second.json()
    assert len(runs_of(client)) == 2


def test_retry_and_resume_are_done_once(client: TestClient) -> None:
    failed = invoke(client, "flaky", input={"name": "once"}).json()["run_id"]
    asking = invoke(client, "asks", thread_id="t").json()["run_id"]

    for path, body in (
        (f"/runs/{failed}/retry?wait=true", None),
        (f"/runs/{asking}/resume?wait=true", {"resume": "yes"}),
    ):
        key = {"Idempotency-Key": path[:40]}
        first, second = (client.post(path, json=body, headers=key) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 200)
        assert is_replay(second)
        assert first.json() == second.json()


def test_run_with_a_key_outlives_its_client(live_server: LiveServer) -> None:
    path, body = "/graphs/scripted/invoke", {"input": {"name": "outlives"}}
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    head += f"Idempotency-Key: order-17\r\nContent-Length: {len(content)}\r\n\r\n"

    with holding("outlives:must"):
        with socket.create_connection(live_server.listener.getsockname()) as client:
            client.sendall(head.encode() + content)
            assert_begins("outlives:must")
        live_server.wait_for_requests(0)  # it is seen that the client has left
    url = f"{live_server.url}{path}"
    answer = httpx2.post(url, json=body, headers=KEY, timeout=PATIENCE_SECONDS)

    assert is_replay(answer)
    assert answer.json()["status"] == "success"


def test_key_holds_after_a_restart(settings: Settings) -> None:
    path, body = "/graphs/scripted/invoke", EMPTY
    with TestClient(create_app(settings)) as client:
        first = post(client, path, body)

    with TestClient(create_app(settings)) as client:
        second = post(client, path, body)

    assert is_replay(second)
    assert first.json() == second.json()


class TestOwners:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        keyed = {**settings.model_dump(), "api_keys": f"{'m' * 20},{'y' * 20}"}
        return Settings(_env_file=None, **keyed)

    @pytest.fixture
    def client(self, fresh_client: TestClient) -> TestClient:
        return fresh_client

    def test_key_is_its_owners_alone(self, client: TestClient) -> None:
        path, body = "/graphs/scripted/invoke", EMPTY
        first = client.post(path, json=body, headers={**KEY, "x-api-key": "m" * 20})

        other = client.post(path, json=body, headers={**KEY, "x-api-key": "y" * 20})

        assert not is_replay(other)
        assert other.json()["run_id"] != first.json()["run_id"]
