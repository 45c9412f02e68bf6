"""The Host of a request: without keys, a name that a foreign page made up reaches nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

KEY = "k" * 20


def client_of(settings: Settings, **changed: Any) -> TestClient:
    given = {**settings.model_dump(), "allowed_hosts": (), **changed}
    return TestClient(create_app(Settings(_env_file=None, **given)), base_url="http://localhost")


@pytest.fixture
def keyless(settings: Settings) -> Iterator[TestClient]:
    with client_of(settings) as client:
        yield client


FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost:80@evil.example",
    "10.0.0.1",
    "[::2]",
    "[::1]evil",
    ".",
    "",
]


@pytest.mark.parametrize("path", ["/ok", "/graphs", "/threads/search", "/docs", "/nowhere"])
def test_without_keys_a_foreign_host_is_refused_on_every_path(
    keyless: TestClient, path: str
) -> None:
    for host in FOREIGN:
        refused = keyless.post(path, headers={"host": host}, json={})

        assert refused.status_code == 400, host
        assert refused.headers["content-type"] == "application/problem+json"
        assert "FANJOIN_ALLOWED_HOSTS" in refused.json()["detail"]


def test_loopback_is_served_by_each_of_its_names(keyless: TestClient) -> None:
    names = (
        "localhost",
        "LocalHost:8000",
        "127.0.0.1:1",
        "127.8.0.1",
        "[::1]:8000",
        "[0::1]",
        "localhost.",
    )
    statuses = {name: keyless.get("/graphs", headers={"host": name}).status_code for name in names}

    assert set(statuses.values()) == {200}, statuses


def test_declared_hosts_are_served_and_no_others(settings: Settings) -> None:
    with client_of(settings, allowed_hosts="api.example, *.Example.org", api_keys=KEY) as client:
        statuses = {
            host: client.get("/ok", headers={"host": host}).status_code
            for host in ("api.example", "API.example:443", "a.b.example.org", "localhost")
        }
        refused = {
            host: client.get("/ok", headers={"host": host}).status_code
            for host in ("example.org", "badexample.org", "xapi.example", "api.example.evil")
        }

    assert set(statuses.values()) == {200}, statuses
    assert set(refused.values()) == {400}, refused


def test_with_keys_any_host_is_served_unless_some_are_declared(settings: Settings) -> None:
    with client_of(settings, api_keys=KEY) as client:
        assert client.get("/ok", headers={"host": "any.example"}).status_code == 200


def test_star_declares_any_host(settings: Settings) -> None:
    with client_of(settings, allowed_hosts="*") as client:
        assert client.get("/graphs", headers={"host": "any.example"}).status_code == 200


def test_no_answer_repeats_the_callers_host(settings: Settings) -> None:
    with client_of(settings, api_keys=KEY) as client:
        headers = {"host": "evil.example", "x-api-key": KEY}
        for path in ("/ok/", "/docs/", "/graphs/", "/threads/x/", "/nowhere/", "//evil.example/"):
            answer = client.get(path, headers=headers, follow_redirects=False)

            assert answer.status_code < 300 or answer.status_code == 404
            assert "evil.example" not in str(answer.headers)
