"""`/docs` works offline, under any prefix, and asks for the key where there are keys."""

import re
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

KEY = "k" * 24


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(_env_file=None, **{**settings.model_dump(), "api_keys": KEY})


@pytest.fixture
def client(fresh_client: TestClient) -> TestClient:
    return fresh_client


@pytest.fixture
def production(settings: Settings) -> Settings:
    return settings.model_copy(update={"environment": "production"})


@pytest.mark.parametrize("address", ["/docs", "/docs/"])
def test_page_asks_only_the_service_for_its_files(client: TestClient, address: str) -> None:
    page = client.get(address)
    files = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)

    assert len(files) == 4
    assert "default-src 'none'; script-src 'self';" in page.headers["content-security-policy"]
    for file in files:
        answer = client.get(urljoin(address, file))
        assert answer.status_code == 200
        assert len(answer.content) > 100
        tag = {"If-None-Match": answer.headers["etag"]}
        assert client.get(urljoin(address, file), headers=tag).status_code == 304


@pytest.mark.parametrize("file", ["nothing.js", "../pages.py", "%2e%2e/pages.py", "__init__.py"])
def test_nothing_else_is_served_beside_it(client: TestClient, file: str) -> None:
    assert client.get(f"/docs/{file}").status_code in (401, 404)


def test_description_needs_a_key_where_there_are_keys(client: TestClient) -> None:
    assert client.get("/openapi.json").status_code == 401
    assert client.get("/openapi.json", headers={"x-api-key": KEY}).status_code == 200


def test_production_serves_no_description(production: Settings) -> None:
    with TestClient(create_app(production)) as client:
        assert [client.get(path).status_code for path in ("/docs", "/docs/docs.js")] == [401, 401]
        for path in ("/docs", "/openapi.json"):
            assert client.get(path, headers={"x-api-key": KEY}).status_code == 404


def test_setting_switches_it_on_in_production(production: Settings) -> None:
    with TestClient(create_app(production.model_copy(update={"docs": "on"}))) as client:
        assert client.get("/docs").status_code == 200
        assert client.get("/openapi.json").status_code == 401
        assert client.get("/openapi.json", headers={"x-api-key": KEY}).status_code == 200
