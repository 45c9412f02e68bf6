"""One service with the embedded model for all tests marked `real_model` that ask for it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

import pytest
from fastapi.testclient import TestClient

from app.local_llm.fetch import provision
from app.main import create_app
from app.settings import Settings
from tests.machine import NO_SOURCES, OF_THE_MACHINE, ROOT

DEGRADED = {"research", "trip_plan"}
"""Their sources on the net cannot be reached from here."""

NO_MODEL = {"parallel_tasks"}

ASKING = {"two_reviewers"}
"""They end their first run with a question to a person."""

AnswerOf: TypeAlias = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def embedded_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve the project's graphs; its tests run with the environment that the service has."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_MACHINE:
            patch.delenv(name, raising=False)
        for name, nobody in NO_SOURCES.items():
            patch.setenv(name, nobody)
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path_factory.mktemp("data"),
            graphs_file=ROOT / "langgraph.json",
        )
        provision(settings, lambda *_: None)
        with TestClient(create_app(settings), base_url="http://localhost") as client:
            yield client


@pytest.fixture(scope="session")
def answer_of(embedded_service: TestClient) -> AnswerOf:
    """Run a graph on its documented example, the first time it is asked for."""

    @cache
    def run(graph_id: str) -> dict[str, Any]:
        example = embedded_service.get(f"/graphs/{graph_id}").json()["example"]
        # At 0 a model says the same every time, and so does a test of it.
        context = {} if graph_id in NO_MODEL else {"context": {"temperature": 0}}
        thread = {"thread_id": graph_id} if graph_id in ASKING else {}  # a question needs one
        body = {"input": example, **context, **thread}
        response = embedded_service.post(f"/graphs/{graph_id}/invoke", json=body)
        assert response.status_code == (202 if graph_id in ASKING else 200), response.text
        answer: dict[str, Any] = response.json()
        return answer

    return run
