"""FANJOIN_ON_BAD_GRAPH=exclude serves the other graphs, and says which are missing and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.errors import InvalidGraphs
from app.main import create_app
from app.runs.run import RunStatus
from app.service import open_service
from app.settings import Settings
from tests.app.execution.test_recovery import leave_behind
from tests.app.graphs.graph_files import GOOD, write_graphs
from tests.app.service_at_hand import ended

GRAPHS = {
    "good": "./good.py:graph",
    "gone": "./gone.py:graph",
    "wrong": "./wrong.py:graph",
    "-odd": "./good.py:graph",
    "leaky": "./leaky.py:graph",
}


@pytest.fixture
def bad_settings(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "leaky.py").write_text("raise ValueError('no access with sk-very-secret')\n")
    return settings.model_copy(
        update={
            "graphs_file": write_graphs(tmp_path, GRAPHS),
            "on_bad_graph": "exclude",
            "openai_api_key": type(settings)
            .model_validate({"OPENAI_API_KEY": "sk-very-secret"})
            .openai_api_key,
        }
    )


@pytest.fixture
def client(bad_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(bad_settings)) as client:
        yield client


def test_other_graphs_are_served_and_the_excluded_are_503(client: TestClient) -> None:
    answers = {
        graph_id: client.post(f"/graphs/{graph_id}/invoke", json={"input": {}}).status_code
        for graph_id in (*GRAPHS, "unknown")
    }
    ready, info = client.get("/health/ready").json(), client.get("/info").json()

    bad = sorted(GRAPHS.keys() - {"good"})
    assert answers == {"good": 200, "unknown": 404, **dict.fromkeys(bad, 503)}
    assert ready["excluded"] == len(bad)
    assert sorted(info["excluded"]) == bad
    assert "there is no file" in info["excluded"]["gone"]
    assert "no access with ***" in info["excluded"]["leaky"]
    assert [graph["graph_id"] for graph in client.get("/graphs").json()] == ["good"]


@pytest.mark.parametrize("more", [{"auth": {"path": "./auth.py:auth"}}, {"dependencies": 7}])
def test_what_is_wrong_with_the_file_itself_refuses_the_start(
    more: dict[str, object], bad_settings: Settings
) -> None:
    write_graphs(bad_settings.graphs_file.parent, GRAPHS, **more)

    with pytest.raises(InvalidGraphs), TestClient(create_app(bad_settings)):
        pass


def test_start_without_any_graph_is_refused(bad_settings: Settings) -> None:
    write_graphs(bad_settings.graphs_file.parent, {"gone": "./gone.py:graph"})

    with pytest.raises(InvalidGraphs), TestClient(create_app(bad_settings)):
        pass


@pytest.mark.anyio
async def test_run_waits_for_its_excluded_graph_and_continues_with_it(
    bad_settings: Settings, tmp_path: Path
) -> None:
    run_id = await leave_behind(bad_settings, "gone", graph_input={}, is_background=True)
    for _ in range(bad_settings.max_run_attempts + 1):
        async with open_service(bad_settings) as service:
            waiting = await service.runs.get(run_id, owner="")

    (tmp_path / "gone.py").write_text(GOOD)
    async with open_service(bad_settings) as service:
        run = await ended(service, run_id)

    assert not waiting.run.is_over
    assert run.status is RunStatus.SUCCESS


def test_default_refuses_the_start(bad_settings: Settings) -> None:
    refusing = bad_settings.model_copy(update={"on_bad_graph": "refuse"})

    with pytest.raises(InvalidGraphs, match="gone"), TestClient(create_app(refusing)):
        pass
