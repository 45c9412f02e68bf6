"""The service's own addresses, and its OpenAPI document."""

import json

from fastapi.testclient import TestClient

from app.project import NAME, TITLE, VERSION


def test_health_and_info_answer(client: TestClient) -> None:
    assert client.get("/ok").json() == {"ok": True}
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready", "graphs": 20, "excluded": 0}
    info = client.get("/info").json()
    assert (info["name"], info["title"], info["version"]) == (NAME, TITLE, VERSION)
    assert info["embedded_model"] is None
    assert "scripted" in info["graphs"]


def test_unknown_address_and_method_are_problems(client: TestClient) -> None:
    gone, wrong = client.get("/nowhere"), client.delete("/ok")

    assert (gone.status_code, wrong.status_code) == (404, 405)
    assert gone.headers["content-type"] == "application/problem+json"
    assert "GET /nowhere" in gone.json()["detail"]
    assert wrong.headers["allow"] == "GET"


def test_graphs_are_listed_with_policies_schemas_and_example(client: TestClient) -> None:
    graphs = {graph["graph_id"]: graph for graph in client.get("/graphs").json()}

    scripted = graphs["scripted"]
    assert scripted["description"] == "Three branches that do as they are told."
    assert scripted["joins"] == ["combine"]
    assert scripted["branches"][1]["required"] is False
    assert scripted["input_schema"]["properties"]["must"]["enum"][0] == "ok"
    assert scripted["output_schema"]["required"] == ["answer"]
    assert graphs["tuned"]["context_schema"]["properties"]["tone"]["type"] == "string"
    assert client.get("/graphs/scripted").json() == scripted


def test_openapi_names_each_graphs_own_models(client: TestClient) -> None:
    document = client.get("/openapi.json").json()

    components = document["components"]["schemas"]
    assert {"ScriptedInput", "ScriptedOutput", "ScriptedRequest", "ScriptedAnswer"} <= set(
        components
    )
    assert "tests__" not in json.dumps(document)
    body = document["paths"]["/graphs/chat/invoke"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"].endswith("/ChatRequest")
    assert len(json.dumps(components["ChatInput"])) < 1500


def test_documented_examples_work_as_they_are(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]

    for name, graph_id in (("ChatRequest", "chat"), ("ScriptedRequest", "scripted")):
        for example in schemas[name]["examples"]:
            assert client.post(f"/graphs/{graph_id}/invoke", json=example).status_code == 200


def test_docs_are_served(client: TestClient) -> None:
    assert client.get("/docs").status_code == 200


def test_unexpected_error_shows_no_traceback(fresh_client: TestClient) -> None:
    fresh_client.app_state["service"].registry._entries["plain"] = None  # break it from within
    quiet = TestClient(fresh_client.app, raise_server_exceptions=False)
    quiet.app_state = fresh_client.app_state

    response = quiet.get("/graphs/plain")

    assert response.status_code == 500
    assert response.json()["detail"] == "unexpected error; see the service's log"
