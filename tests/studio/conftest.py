"""A copy of the project with one graph more, and `langgraph dev` over it."""

import json
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import OF_THE_MACHINE, ROOT
from tests.model_server import MODEL, ModelServer
from tests.source_server import SourceServer
from tests.studio.dev_server import DevServer, serve_dev

ADDED = {
    "word_facts": Path(__file__).with_name("added_graph.py"),
    "many": ROOT / "tests" / "app" / "served_graphs" / "many.py",
}


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as in a fresh clone, with a graph file and an entry added, twice."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(
        ROOT / "graphs", folder / "graphs", ignore=shutil.ignore_patterns("__pycache__")
    )
    declared: dict[str, Any] = json.loads((ROOT / "langgraph.json").read_text())
    for name, file in ADDED.items():
        shutil.copy(file, folder / "graphs" / f"{name}.py")
        declared["graphs"][name] = {
            "path": f"./graphs/{name}.py:graph",
            "description": f"The graph {name}.",
        }
    (folder / "langgraph.json").write_text(json.dumps(declared))
    return folder


@pytest.fixture(scope="package")
def dev_server(
    project: Path, running_model_server: ModelServer, running_source_server: SourceServer
) -> Iterator[DevServer]:
    """Starts once for all tests: it takes about ten seconds."""
    environment = {
        **dict.fromkeys(OF_THE_MACHINE, ""),
        "OPENAI_BASE_URL": running_model_server.base_url,
        "OPENAI_API_KEY": "test-key",
        "FANJOIN_MODEL": MODEL,
        **running_source_server.environment,
    }
    with serve_dev(project, environment) as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the server had to say."""
    report = yield
    server = getattr(item, "funcargs", {}).get("dev_server")
    if report.failed and isinstance(server, DevServer):
        report.sections.append(("langgraph dev", server.output.read_text()))
    return report
