"""What is measured and what it is measured against, each a process of its own on loopback."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.children import ROOT, Child, free_port, running

MOST_RUNS = 200
"""As many runs at once as a row asks for; the service is allowed all of them."""

GRAPHS_FILE = ROOT / "tests" / "own_graphs" / "langgraph.json"

UNRECORDED = {"FANJOIN_RECORD_STATELESS": "false"}
"""For the service: a run without a thread leaves nothing behind."""


@contextmanager
def service(
    model: Child | None = None,
    *,
    graphs_file: Path = GRAPHS_FILE,
    more: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    """Run `fanjoin serve`, without the embedded model; `more` goes into its environment."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "FANJOIN_PORT": str(port),
            "FANJOIN_GRAPHS_FILE": str(graphs_file),
            "FANJOIN_DATA_DIR": folder,
            "FANJOIN_LOCAL_MODEL": "off",
            "FANJOIN_MAX_CONCURRENT_RUNS": str(MOST_RUNS),
            **model_environment(model),
            **(more or {}),
        }
        command = [sys.executable, "-m", "app", "serve"]
        with running(command, port=port, folder=Path(folder), environment=environment) as child:
            yield child


@contextmanager
def floor(model: Child | None = None) -> Iterator[Child]:
    """Run the same graphs with as little around them as can be."""
    with _module("tests.benchmarks.floor", model) as child:
        yield child


@contextmanager
def thread_floor() -> Iterator[Child]:
    """Run a graph on threads in SQLite with as little around it as can be."""
    with tempfile.TemporaryDirectory() as folder:
        name = "tests.benchmarks.thread_floor"
        with _module(name, None, str(Path(folder) / "checkpoints.db")) as child:
            yield child


@contextmanager
def model_server() -> Iterator[Child]:
    """Run the server that answers for a chat model."""
    with _module("tests.benchmarks.model", None) as child:
        yield child


def model_environment(model: Child | None) -> dict[str, str]:
    """Return what points a graph at the model server."""
    if model is None:
        return {}
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
        "OPENAI_API_KEY": "none-needed",
        "FANJOIN_MODEL": "bench",
    }


@contextmanager
def _module(name: str, model: Child | None, *words: str) -> Iterator[Child]:
    port = free_port()
    command = [sys.executable, "-m", name, str(port), *words]
    environment = model_environment(model)
    with running(command, port=port, folder=ROOT, environment=environment) as child:
        yield child
