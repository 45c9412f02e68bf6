"""The same work given to `langgraph dev`, for comparison: it has no limit to hold.

It runs as its own command line starts it, but may work on as many runs at once as the service.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import invoke, topics
from tests.benchmarks.children import ROOT, Child, free_port, running
from tests.benchmarks.load import Target, answers_under_load, post, seconds_each, seconds_for_all
from tests.benchmarks.servers import GRAPHS_FILE, MOST_RUNS, model_environment, model_server

_REQUESTS = 10
_SECONDS = 10.0

_QUIET = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "true"}


async def measure_dev_server() -> dict[str, float]:
    """Return its values by row, in the units of the rows."""
    with model_server() as model, _dev_server(model) as dev:
        tasks = _wait_for_run(dev, invoke.GRAPH_ID, invoke.INPUT)
        briefs = _wait_for_run(dev, topics.GRAPH_ID, topics.INPUT)
        for target in (tasks, briefs):
            await seconds_each(target, times=1)
        each = await seconds_each(tasks, times=_REQUESTS)
        load = await answers_under_load(tasks, connections=invoke.CONNECTIONS, seconds=_SECONDS)
        wall = await seconds_for_all(briefs, number=topics.RUNS)
    return {"invoke": median(each) * 1000, "throughput": load.per_second, "brief": wall}


def _wait_for_run(dev: Child, graph_id: str, values: dict[str, Any]) -> Target:
    return Target(dev, post("/runs/wait", {"assistant_id": graph_id, "input": values}))


@contextmanager
def _dev_server(model: Child) -> Iterator[Child]:
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("langgraph")),
        *("dev", "--no-browser", "--no-reload"),
        *("--port", str(port), "--n-jobs-per-worker", str(MOST_RUNS)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        ignored = shutil.ignore_patterns("__pycache__", "__init__.py")
        shutil.copytree(GRAPHS_FILE.parent, project, ignore=ignored, dirs_exist_ok=True)
        shutil.copytree(ROOT / "graphs" / "kit", project / "graphs" / "kit")
        environment = {**_QUIET, "PYTHONPATH": folder, **model_environment(model)}
        with running(command, port=port, folder=project, environment=environment) as child:
            yield child
