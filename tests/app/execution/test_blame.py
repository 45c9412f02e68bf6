"""A run that failed names one failure: branch, type and message are of one row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

REGISTRY = Path(__file__).parents[1] / "failure_graphs" / "langgraph.json"

OF_A_ROW = {
    "task_group": ("grouped", "unhandled errors in a TaskGroup: ConnectionError: first is down"),
    "required_within_optional": ("join_down", "the join has no entry"),
    "required_within_required": ("trip/first_down", "first is down"),
    "optional_then_join": ("join_down", "the join has no entry"),
    "two_required": ("first_down", "first is down"),
    "no_quorum": ("join", "'join' did not run: 0 of 3 branches have a result"),
    "within_node": ("outer/second_down", "second: key revoked"),
    "handler": ("__error_handler__first_down", "the handler has no entry"),
    "node_timeout": ("slow", "Node 'slow' exceeded its run timeout"),
    "router": ("write_plain", "'nowhere' (in pick (a router), "),
    "async_router": ("write_plain", "'nowhere' (in pick_later (a router), "),
    "retry_on": ("first_down", "'nowhere' (in pick (retry_on), "),
    "kit_choose": ("well", "'nowhere' (in pick (choose= of 'join'), "),
    "kit_decided": ("well", "'nowhere' (in pick_both (decided(by=)), "),
    "kit_retry_on": ("first_down", "'nowhere' (in pick (retry_on=), "),
    "kit_over": ("write_plain", "'nowhere' (in pick (over= of 'join'), "),
}

OF_NO_ROW = {
    "reducer": ("write_bad", "'merge' (in merge (a reducer), "),
    "router_of_start": (None, "'nowhere' (in pick (a router), "),
    "cache_key": (None, "'nowhere' (in pick (key_func of a cache), "),
    "clash_within": (
        "outer",
        "outer/write_plain, outer/write_plain_too wrote the state key 'plain'",
    ),
    "unstorable": ("connect", "connect wrote 'client', a Client, which cannot be stored"),
    "unstorable_send": ("send", "send wrote a Send, which cannot be stored on a thread"),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(
        _env_file=None,
        graphs_file=REGISTRY,
        data_dir=tmp_path_factory.mktemp("data"),
        local_model="off",
    )
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


def failure(client: TestClient, graph_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the problem of a run on a thread, and the errors of its rows."""
    body = {"input": {"topic": "x", "merged": "old"}, "thread_id": f"of-{graph_id}"}
    response = client.post(f"/graphs/{graph_id}/invoke", json=body)
    assert response.status_code == 502, response.text
    problem = response.json()
    return problem, {row["id"]: row["error"] for row in problem["report"]["branches"]}


def test_every_graph_is_tried() -> None:
    graphs = json.loads(REGISTRY.read_text())["graphs"]

    assert graphs.keys() == OF_A_ROW.keys() | OF_NO_ROW.keys() | {"plain"}


@pytest.mark.parametrize("graph_id", OF_A_ROW)
def test_branch_type_and_message_are_of_one_row(client: TestClient, graph_id: str) -> None:
    branch, message = OF_A_ROW[graph_id]

    problem, errors = failure(client, graph_id)

    assert problem["branch"] == branch
    assert problem["detail"].startswith(message)
    assert errors[branch] == {"type": problem["error_type"], "message": problem["detail"]}


@pytest.mark.parametrize("_", range(5))
def test_of_branches_that_fail_together_one_is_named_as_a_whole(client: TestClient, _: int) -> None:
    """LangGraph raises the error of any of them."""
    problem, errors = failure(client, "plain")

    error = {"type": problem["error_type"], "message": problem["detail"]}
    assert errors[problem["branch"]] == error


@pytest.mark.parametrize("graph_id", OF_NO_ROW)
def test_what_no_node_raised_names_the_function_or_the_key(
    client: TestClient, graph_id: str
) -> None:
    branch, message = OF_NO_ROW[graph_id]

    problem, _ = failure(client, graph_id)

    assert (problem["branch"], problem["detail"][: len(message)]) == (branch, message)


def test_a_function_that_raises_is_named_with_its_files_line(client: TestClient) -> None:
    lines = (REGISTRY.parent / "graphs.py").read_text().splitlines()
    line = lines.index('    return PLACES["nowhere"]') + 1

    for graph_id in ("router", "kit_choose", "kit_over", "retry_on", "cache_key"):
        problem, _ = failure(client, graph_id)
        assert f"tests/app/failure_graphs/graphs.py:{line}" in problem["detail"]
