"""What a caller is told when a request is out of form, whichever address it went to."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

BODY = '{"input": {"word": "tides"}}'


def errors_of(client: TestClient, body: str, **headers: str) -> list[dict[str, Any]]:
    response = client.post("/graphs/line/invoke", content=body, headers=headers)

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    errors: list[dict[str, Any]] = response.json()["errors"]
    return errors


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/x-www-form-urlencoded"}])
def test_body_without_the_content_type_is_told_which_header_to_send(
    client: TestClient, headers: dict[str, str]
) -> None:
    errors = errors_of(client, BODY, **headers)

    message = "send the header content-type: application/json"
    assert errors == [{"place": "body", "message": message, "given": repr(BODY.encode())}]


def test_long_body_without_the_content_type_is_shown_by_its_beginning(client: TestClient) -> None:
    [error] = errors_of(client, BODY.replace("tides", "tides" * 1000))

    assert error["given"].startswith("b'{")
    assert len(error["given"]) < 120


def test_broken_json_is_told_with_its_position_and_the_text_around_it(client: TestClient) -> None:
    body = BODY.replace("tides", "tides" * 100)[:-1] + ',, "thread_id": "t"}'

    [error] = errors_of(client, body, **{"content-type": "application/json"})

    assert error["place"] == "body"
    assert error["message"].startswith("not JSON: ")
    position = int(re.findall(r"at character (\d+)$", error["message"])[0])
    assert body[:position].endswith(",")
    assert ',, "thread_id"' in error["given"]
    assert error["given"].startswith("…")
    assert len(error["given"]) < 120


def test_missing_body_is_still_told_as_missing(client: TestClient) -> None:
    [error] = errors_of(client, "", **{"content-type": "application/json"})

    assert error["place"] == "body"
    assert "required" in error["message"]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/vnd.api+json"],
)
def test_body_is_json_by_every_name_of_it(client: TestClient, content_type: str) -> None:
    response = client.post(
        "/graphs/line/invoke",
        content='{"input": {"number": 3}}',
        headers={"content-type": content_type},
    )

    assert response.status_code == 200


BROKEN = {
    "no JSON": (b'{"input": ', "application/json", 422),
    "no JSON by another name": (b"{", "application/vnd.api+json", 422),
    "another type": (b"{}", "text/plain", 422),
    "no type": (b"{}", None, 422),
    "nothing": (b"", "application/json", 422),
    "nothing of no type": (b"", None, 422),
    "no object": (b"17", "application/json", 422),
    "null": (b"null", "application/json", 422),
    "no UTF-8": (b'{"input": {"word": "\xff"}}', "application/json", 400),
    "too deep": (b"[" * 200_000, "application/json", 422),
    "too large": (b'{"input": ' + b"9" * 5000 + b"}", "application/json", 422),
}


@pytest.mark.parametrize(("body", "content_type", "status"), BROKEN.values(), ids=BROKEN)
def test_routes_that_start_runs_refuse_a_body_as_all_others_do(
    client: TestClient, body: bytes, content_type: str | None, status: int
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    others = client.post("/runs/search", content=body, headers=headers)

    for action in ("invoke", "stream", "batch", "runs", "crons"):
        path = f"/graphs/line/{action}"
        refused = client.post(path, content=body, headers=headers)
        assert refused.status_code == others.status_code == status
        assert refused.headers["content-type"] == "application/problem+json"
        problem = others.json()
        problem["detail"] = problem["detail"].replace("/runs/search", path)
        assert refused.json() == problem


def test_unknown_action_of_a_graph_is_a_problem_that_names_the_known_ones(
    client: TestClient,
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    known = {path.rpartition("/")[2] for path in paths if path.startswith("/graphs/line/")}

    for action in ("fly", "diagram"):
        response = client.post(f"/graphs/line/{action}", json={})

        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert f"POST /graphs/line/{action}" in response.json()["detail"]
        assert all(name in response.json()["detail"] for name in known)


def test_unknown_action_of_an_unknown_graph_names_the_known_graphs(client: TestClient) -> None:
    response = client.post("/graphs/nope/fly", json={})

    assert response.status_code == 404
    assert "line" in response.json()["detail"]
