"""Whatever a graph raises, and wherever: it ends that run, and the service lives on."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.escape_graphs.graphs import GRAPHS, KINDS
from tests.live_server import PATIENCE_SECONDS, LiveServer, serve

REGISTRY = Path(__file__).parents[1] / "escape_graphs" / "langgraph.json"

BETWEEN_NODES = {"router_of_start", "kit_over"}
WRAPPED_BY_THE_AUTHOR = {"task_group", "branch_fallback"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One service for all: what ended it would fail all that follow."""
    settings = Settings(
        _env_file=None,
        graphs_file=REGISTRY,
        data_dir=tmp_path_factory.mktemp("data"),
        local_model="off",
    )
    with serve(create_app(settings)) as server:
        yield server


@pytest.mark.parametrize("place", GRAPHS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_graph_raises_ends_its_run_alone(server: LiveServer, kind: str, place: str) -> None:
    url = f"{server.url}/graphs/{place}/invoke"
    answer = httpx2.post(url, json={"input": {"kind": kind}}, timeout=PATIENCE_SECONDS)
    alive = httpx2.get(f"{server.url}/ok", timeout=PATIENCE_SECONDS)

    body = answer.json()
    rows = {row["id"]: row["status"] for row in body["report"]["branches"]}
    assert alive.json() == {"ok": True}
    assert set(rows.values()) <= {"ok", "failed", "cancelled", "degraded"}
    if place == "branch_optional" and answer.status_code == 200:
        assert body["degraded"] is True
        assert rows["escape_async"] == "failed"
        return
    assert answer.status_code == 502
    if place not in WRAPPED_BY_THE_AUTHOR:
        assert kind in f"{body['error_type']}: {body['detail']}"
    assert (body["branch"] is None) == (place in BETWEEN_NODES)
    if body["branch"] is not None:
        assert rows[body["branch"]] == ("ok" if place == "reducer" else "failed")
