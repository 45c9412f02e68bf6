"""What the tests of the command line stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.cli.scripted_service import ScriptedService, open_scripted_service


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands read `.env` and langgraph.json where they are called: nothing of ours is there."""
    monkeypatch.chdir(tmp_path)
    for name in ("FANJOIN_HOST", "FANJOIN_PORT", "FANJOIN_GRAPHS_FILE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with open_scripted_service() as opened:
        yield opened
