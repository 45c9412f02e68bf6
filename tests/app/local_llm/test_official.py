"""The official source against a real web server."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.local_llm import official
from app.local_llm.official import ATTEMPTS, download
from app.local_llm.weights import SourceFailed, Weights
from tests.app.local_llm.conftest import CONTENT, Stages
from tests.app.local_llm.file_server import FileServer
from tests.misbehaving_server import MisbehavingServer


def test_whole_file_arrives_with_rising_progress(
    weights: Weights, partial: Path, stages: Stages
) -> None:
    download(weights, partial, stages)

    assert partial.read_bytes() == CONTENT
    done = [done for _, done, _ in stages.seen]
    assert done == sorted(done)
    assert stages.seen[-1] == ("official file", len(CONTENT), len(CONTENT))


def test_partial_file_is_resumed_by_range(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    partial.write_bytes(CONTENT[:1000])

    download(weights, partial, stages)

    assert file_server.ranges == ["bytes=1000-"]
    assert partial.read_bytes() == CONTENT


def test_server_that_ignores_the_range_is_read_from_the_start(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    partial.write_bytes(b"x" * 1000)
    file_server.takes_ranges = False

    download(weights, partial, stages)

    assert partial.read_bytes() == CONTENT


def test_whole_partial_file_is_not_asked_for_again(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    partial.write_bytes(CONTENT)

    download(weights, partial, stages)

    assert file_server.ranges == []


def test_partial_file_that_is_too_long_is_begun_again(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    partial.write_bytes(CONTENT + b"x")

    download(weights, partial, stages)

    assert file_server.ranges == [None]
    assert partial.read_bytes() == CONTENT


def test_connection_broken_half_way_is_taken_up_where_it_broke(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    file_server.cuts = [100_000]

    download(weights, partial, stages)

    assert file_server.ranges == [None, "bytes=100000-"]
    assert partial.read_bytes() == CONTENT


def test_connection_that_always_breaks_fails_and_keeps_what_arrived(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    file_server.cuts = [1000] * ATTEMPTS

    with pytest.raises(SourceFailed, match=r"weights.gguf: RemoteProtocolError"):
        download(weights, partial, stages)

    assert partial.read_bytes() == CONTENT[: 1000 * ATTEMPTS]


def test_connection_that_brings_nothing_is_not_tried_again(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    file_server.cuts = [0, 0]

    with pytest.raises(SourceFailed):
        download(weights, partial, stages)

    assert len(file_server.ranges) == 1


def test_missing_file_names_address_and_status(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer
) -> None:
    file_server.status = 404

    with pytest.raises(SourceFailed, match=r"weights.gguf answered 404"):
        download(weights, partial, stages)


def test_file_of_another_size_is_refused_before_it_is_read(
    weights: Weights, partial: Path, stages: Stages
) -> None:
    bigger = replace(weights, size=weights.size + 1)

    with pytest.raises(SourceFailed, match="offers 300000 bytes, not 300001"):
        download(bigger, partial, stages)

    assert not partial.exists()


@pytest.mark.parametrize("size", [299_999, 300_001])
def test_file_of_another_unannounced_size_is_refused(
    weights: Weights, partial: Path, stages: Stages, file_server: FileServer, size: int
) -> None:
    file_server.announces_length = False

    with pytest.raises(SourceFailed, match=f"ended at .* bytes, not {size}"):
        download(replace(weights, size=size), partial, stages)


def test_unreachable_server_is_a_reason(weights: Weights, partial: Path, stages: Stages) -> None:
    nowhere = replace(weights, url="http://127.0.0.1:9/weights.gguf")

    with pytest.raises(SourceFailed, match=r"127.0.0.1:9/weights.gguf: ConnectError"):
        download(nowhere, partial, stages)


@pytest.mark.parametrize("name", ["endless-redirect", "redirect-loop"])
def test_redirects_without_end_are_given_up_and_their_bodies_not_read(
    name: str,
    weights: Weights,
    partial: Path,
    stages: Stages,
    misbehaving_server: MisbehavingServer,
) -> None:
    with pytest.raises(SourceFailed, match="more than 5 redirects"):
        download(replace(weights, url=misbehaving_server.url(name)), partial, stages)

    assert misbehaving_server.requests.count(name) == 6


@pytest.mark.parametrize("name", ["endless-spaces", "endless-error", "endless-line"])
def test_no_more_is_written_than_the_file_may_have(
    name: str,
    weights: Weights,
    partial: Path,
    stages: Stages,
    misbehaving_server: MisbehavingServer,
) -> None:
    with pytest.raises(SourceFailed):
        download(replace(weights, url=misbehaving_server.url(name)), partial, stages)

    assert not partial.exists() or partial.stat().st_size < weights.size + 1_000_000


def test_a_server_that_trickles_is_given_up(
    weights: Weights,
    partial: Path,
    stages: Stages,
    misbehaving_server: MisbehavingServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(official, "PATIENCE", 0)

    with pytest.raises(SourceFailed, match="less than 10,000 bytes a second"):
        download(replace(weights, url=misbehaving_server.url("trickling-json")), partial, stages)
