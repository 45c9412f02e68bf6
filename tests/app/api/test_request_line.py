"""HEAD works where GET does, and a slash at the end of a path makes no difference."""

import httpx2
import pytest
from fastapi.testclient import TestClient

from tests.live_server import PATIENCE_SECONDS, LiveServer


def test_head_of_every_route_answers_as_get_without_a_body(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    addresses = [
        path.replace("{", "").replace("}", "") for path, of in paths.items() if "get" in of
    ]

    for address in [*addresses, "/docs", "/openapi.json", "/nowhere"]:
        got, head = client.get(address), client.head(address)

        assert (head.status_code, head.content) == (got.status_code, b""), address
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers.get("content-length") == got.headers.get("content-length")
    assert len(addresses) > 10


def test_head_of_a_stream_ends_before_its_run_and_does_not_end_it(live_server: LiveServer) -> None:
    stalled = {"input": {"must": "stall"}}
    with httpx2.Client(base_url=live_server.url, timeout=PATIENCE_SECONDS) as caller:
        run_id = caller.post("/graphs/scripted/runs", json=stalled).json()["run_id"]

        head = caller.head(f"/runs/{run_id}/stream")

        assert head.headers["content-type"].startswith("text/event-stream")
        assert caller.get(f"/runs/{run_id}").json()["status"] in ("pending", "running")
        assert caller.post(f"/runs/{run_id}/cancel").status_code == 200


def test_head_is_405_where_get_is(client: TestClient) -> None:
    assert client.head("/threads/search").status_code == client.get("/threads/search").status_code
    assert client.head("/graphs/line/invoke").status_code == 405


@pytest.mark.parametrize("path", ["/ok/", "/graphs/", "/graphs/line/", "/openapi.json//"])
def test_path_with_a_slash_at_its_end_is_the_path_without(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)

    assert answer.status_code == 200
    assert answer.json() == client.get(path.rstrip("/")).json()


def test_body_is_read_where_a_slash_ends_the_path(client: TestClient) -> None:
    answer = client.post("/graphs/line/invoke/", json={"input": {"number": 2}})

    assert answer.status_code == 200
