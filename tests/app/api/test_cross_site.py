"""Pages of other sites: where no key is required, a browser on this machine is let in by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

OURS, THEIRS = "https://app.example", "https://evil.example"
INVOKE = "/graphs/line/invoke"
BODY = {"input": {"number": 2}}


def client_of(settings: Settings, **changed: Any) -> TestClient:
    given = {**settings.model_dump(), **changed}
    return TestClient(create_app(Settings(_env_file=None, **given)), base_url="http://localhost")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with client_of(settings, cors_origins=OURS) as client:
        yield client


FOREIGN = [
    {"origin": THEIRS},
    {"origin": "null"},
    {"origin": "http://localhost:3000"},
    {"origin": "https://localhost.evil.example"},
    {"origin": THEIRS, "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", INVOKE),
        ("POST", "/runs/x/cancel"),
        ("PATCH", "/threads/x"),
        ("DELETE", "/threads/x"),
        ("POST", "/nowhere"),
    ],
)
def test_what_a_page_of_another_origin_sends_is_refused_and_starts_nothing(
    client: TestClient, method: str, path: str
) -> None:
    for headers in FOREIGN:
        refused = client.request(method, path, json=BODY, headers=headers)

        assert refused.status_code == 403, headers
        assert refused.json()["type"] == "urn:fanjoin:cross-site"
        assert "FANJOIN_CORS_ORIGINS" in refused.json()["detail"]
    assert client.post("/runs/search", json={}).json() == []


WELCOME: list[dict[str, str]] = [
    {},
    {"origin": "http://localhost"},
    {"origin": "http://LOCALHOST:80", "sec-fetch-site": "same-origin"},
    {"origin": OURS, "sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin"},
]


def test_programs_own_pages_and_declared_origins_are_welcome(client: TestClient) -> None:
    for headers in WELCOME:
        assert client.post(INVOKE, json=BODY, headers=headers).status_code == 200, headers


def test_reading_is_left_to_the_browser(client: TestClient) -> None:
    answer = client.get("/graphs", headers={"origin": THEIRS, "sec-fetch-site": "cross-site"})

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_star_welcomes_every_origin(settings: Settings) -> None:
    with client_of(settings, cors_origins="*") as client:
        assert client.post(INVOKE, json=BODY, headers={"origin": THEIRS}).status_code == 200


def test_with_keys_the_key_decides(settings: Settings) -> None:
    key = "k" * 20
    with client_of(settings, api_keys=key) as client:
        headers = {"origin": THEIRS, "sec-fetch-site": "cross-site"}

        assert client.post(INVOKE, json=BODY, headers=headers).status_code == 401
        allowed = client.post(INVOKE, json=BODY, headers={**headers, "x-api-key": key})
        assert allowed.status_code == 200
