"""The image, built once from a copy of the tree that holds what must not get in."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import OWN_GRAPHS, ROOT
from tests.docker.buildah_engine import BuildahEngine
from tests.docker.container import KEY
from tests.docker.docker_engine import DockerEngine, answers
from tests.docker.engine import Engine

CANARY = "canary-that-must-not-get-into-the-image"
_UNSEEN = (
    ".env",
    ".data/fanjoin.db",
    "app/.env",
    "docker/secrets/OPENAI_API_KEY",
    "graphs/.env.me",
)

_OWN_GRAPHS = ("brief", "two_tasks")

_FIGURES = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is passed to the build."""
    context = tmp_path_factory.mktemp("image") / "context"
    ignored = shutil.ignore_patterns(".git", ".venv", ".data", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, context, ignore=ignored)
    for name in _UNSEEN:
        (context / name).parent.mkdir(exist_ok=True)
        (context / name).write_text(CANARY)
    _add_graphs(context)
    return context


def _add_graphs(context: Path) -> None:
    """Add graphs of the tests' own: what an image serves is up to its project."""
    registry = context / "langgraph.json"
    declared = json.loads(registry.read_text())
    for name in _OWN_GRAPHS:
        shutil.copy(OWN_GRAPHS.parent / f"{name}.py", context / "graphs")
        declared["graphs"][name] = f"./graphs/{name}.py:graph"
    registry.write_text(json.dumps(declared))


@pytest.fixture(scope="session")
def engine(context: Path) -> Iterator[Engine]:
    with _built(context, "service") as engine:
        yield engine


@pytest.fixture(scope="session")
def local_engine(context: Path) -> Iterator[Engine]:
    """Of the image that runs the embedded model."""
    with _built(context, "local") as engine:
        yield engine


@contextmanager
def _built(context: Path, target: str) -> Iterator[Engine]:
    engine = DockerEngine(target) if answers() else BuildahEngine(target)
    engine.build(context)
    yield engine
    engine.close()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder of secrets, each a file that the image's user can read."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    (folder / "FANJOIN_API_KEYS").write_text(f"{KEY}\n")
    return folder


@pytest.fixture
def volume(engine: Engine) -> Iterator[str]:
    with engine.volume() as volume:
        yield volume


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> dict[str, str]:
    """What was measured, to be told at the end."""
    return pytestconfig.stash.setdefault(_FIGURES, {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for name, figure in config.stash.get(_FIGURES, {}).items():
        terminalreporter.write_line(f"{name:<16} {figure}")
