"""`/` answers everybody with links as JSON; a browser gets the page (test_page.py)."""

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def test_root_answers_json_with_links_that_work(client: TestClient) -> None:
    body = client.get("/").json()

    assert body["ok"] is True
    assert {"docs", "openapi", "graphs", "ready"} <= set(body["links"])
    for address in body["links"].values():
        assert client.get(f"/{address}").status_code == 200


def test_root_links_to_no_description_that_is_not_served(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"docs": "off"}))) as client:
        assert set(client.get("/").json()["links"]) == {"graphs", "info", "ready"}
