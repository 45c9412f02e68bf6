"""CORS: pages of declared origins may use every route and read every answer, others nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from app.api.origins import cors_headers
from app.main import create_app
from app.settings import Settings

OURS, ALSO_OURS, THEIRS = "https://app.example", "http://localhost:3000", "https://evil.example"
KEY = "k" * 20


def keyed(settings: Settings, **changed: Any) -> Settings:
    given = {**settings.model_dump(), "api_keys": KEY, "max_body_bytes": 1000, **changed}
    return Settings(_env_file=None, **given)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    app = create_app(keyed(settings, cors_origins=f"{OURS}, {ALSO_OURS}"))
    router = APIRouter()

    @router.get("/health/fails")
    async def fail() -> None:
        raise RuntimeError("nobody foresaw this")

    app.include_router(router)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def routes_of(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json", headers={"x-api-key": KEY}).json()["paths"]
    return [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, of in paths.items()
        for method in of
    ]


def preflight(client: TestClient, path: str, **wanted: str) -> Any:
    headers = {
        "origin": OURS,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,idempotency-key,last-event-id,x-api-key",
        **{name.replace("_", "-"): value for name, value in wanted.items()},
    }
    return client.options(path, headers=headers)


def test_preflight_of_every_route_is_answered_without_a_key(client: TestClient) -> None:
    routes = routes_of(client)

    for method, path in routes:
        answer = preflight(client, path, access_control_request_method=method)

        assert answer.status_code == 200, (method, path)
        assert answer.headers["access-control-allow-origin"] == OURS
        assert method in answer.headers["access-control-allow-methods"]
        assert "x-api-key" in answer.headers["access-control-allow-headers"]
        assert "origin" in answer.headers["vary"].lower()
    assert len(routes) > 20


def test_preflight_of_a_private_network_is_answered_for_declared_origins(
    client: TestClient,
) -> None:
    wanted = {"access_control_request_private_network": "true"}

    assert preflight(client, "/ok", **wanted).headers["access-control-allow-private-network"] == (
        "true"
    )
    foreign = preflight(client, "/ok", origin=THEIRS, **wanted)
    assert foreign.status_code == 400
    assert "access-control-allow-origin" not in foreign.headers


def test_options_that_are_no_preflight_are_answered_alike_for_all_paths(
    client: TestClient,
) -> None:
    answers = [client.options(path) for path in ("/ok", "/graphs/line/invoke", "/nowhere", "/")]

    assert {answer.status_code for answer in answers} == {204}
    assert len({str(answer.headers) for answer in answers}) == 1


def refusals(client: TestClient, origin: str) -> dict[int, Any]:
    headers = {"origin": origin}
    mine = {**headers, "x-api-key": KEY}
    answers = [
        client.get("/health/ready", headers=headers),
        client.get("/graphs", headers=headers),
        client.get("/nowhere", headers=mine),
        client.put("/graphs", headers=mine),
        client.post("/graphs/line/invoke", json={"input": {"number": "x" * 2000}}, headers=mine),
        client.post("/graphs/line/invoke", json={"input": 1}, headers=mine),
        client.get("/health/fails", headers=headers),
    ]
    return {answer.status_code: answer for answer in answers}


def test_every_answer_can_be_read_by_declared_origins(client: TestClient) -> None:
    for origin in (OURS, ALSO_OURS):
        answers = refusals(client, origin)

        assert set(answers) == {200, 401, 404, 405, 413, 422, 500}
        for status, answer in answers.items():
            assert answer.headers["access-control-allow-origin"] == origin, status
            assert "Retry-After" in answer.headers["access-control-expose-headers"]
            assert "origin" in answer.headers["vary"].lower()


def test_no_answer_can_be_read_by_other_origins(client: TestClient) -> None:
    for answer in refusals(client, THEIRS).values():
        assert "access-control-allow-origin" not in answer.headers


def test_star_lets_every_origin_read_and_passes_no_cookies(settings: Settings) -> None:
    with TestClient(create_app(keyed(settings, cors_origins="*"))) as client:
        for answer in (client.get("/graphs", headers={"origin": THEIRS}), preflight(client, "/ok")):
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers


def test_without_declared_origins_no_answer_says_anything_of_them(settings: Settings) -> None:
    with TestClient(create_app(keyed(settings))) as client:
        answer = client.get("/ok", headers={"origin": OURS})

        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert not [
            name for name in preflight(client, "/ok").headers if name.startswith("access-control")
        ]


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((), OURS, None),
        ((OURS,), None, OURS),
        ((OURS, ALSO_OURS), None, None),
        ((OURS, ALSO_OURS), ALSO_OURS, ALSO_OURS),
        ((OURS,), THEIRS, None),
        (("*",), THEIRS, "*"),
        (("*",), None, "*"),
    ],
)
def test_answer_outside_of_the_application_names_the_origin_that_may_read_it(
    origins: tuple[str, ...], origin: str | None, allowed: str | None
) -> None:
    headers = cors_headers(origins, origin)

    assert headers.get("Access-Control-Allow-Origin") == allowed
