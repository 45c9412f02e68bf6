"""`GET /graphs/{id}/diagram`: text, a picture, or what to draw, as the client accepts it."""

import pytest
from fastapi.testclient import TestClient

from tests.app.execution.test_runner import invoke


def test_a_diagram_as_json_says_where_everything_is(client: TestClient) -> None:
    answer = client.get("/graphs/scripted/diagram", headers={"Accept": "application/json"})

    diagram = answer.json()
    assert "Accept" in answer.headers["vary"].split(", ")
    assert diagram.keys() == {"size", "figures", "routes"}
    must = next(one for one in diagram["figures"] if one["path"] == "must")
    assert must.keys() == {
        *("path", "parent", "name", "kind", "note", "lines", "classes", "place"),
    }
    assert must["place"].keys() == {"x", "y", "width", "height"}
    assert diagram["routes"][0].keys() == {
        *("from", "to", "label", "label_at", "is_conditional", "d", "head"),
    }


def test_the_rows_of_a_run_are_among_the_figures(client: TestClient) -> None:
    report = invoke(client, "scripted").json()["report"]

    diagram = client.get("/graphs/scripted/diagram", headers={"Accept": "application/json"}).json()

    paths = {one["path"]: one["kind"] for one in diagram["figures"]}
    assert {row["id"]: row["kind"] for row in report["branches"]}.items() <= paths.items()


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("*/*", "text/plain"), ("image/svg+xml", "image/svg+xml"), ("text/html, */*", "text/plain")],
)
def test_a_diagram_is_text_unless_a_client_wants_another(
    accept: str, media_type: str, client: TestClient
) -> None:
    answer = client.get("/graphs/scripted/diagram", headers={"Accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_openapi_describes_all_three_forms_of_a_diagram(client: TestClient) -> None:
    route = client.get("/openapi.json").json()["paths"]["/graphs/{graph_id}/diagram"]["get"]

    content = route["responses"]["200"]["content"]

    assert content.keys() == {"text/plain", "image/svg+xml", "application/json"}
    assert content["application/json"]["schema"]["$ref"].endswith("/DiagramRead")
