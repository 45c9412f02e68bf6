"""The user's own documents as a source of research, and the samples that stand in for them."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from graphs.adapters.documents.files import DocumentFile
from graphs.adapters.documents.index import writable_index
from graphs.adapters.documents.passages import DocumentPassage
from graphs.adapters.documents.source import Documents, index_file
from graphs.adapters.errors import SourceError
from graphs.adapters.sources import PASSAGE_CHARS, Hit, Source
from tests.graphs.adapters.documents.documents_at_hand import bring_up_to_date, write

QUESTION = "How does tidal power work, and what holds it back?"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANJOIN_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def blocking_calls_are_errors() -> Iterator[None]:
    """Let no call in the event loop touch a file or the database, as `langgraph dev` does."""
    with blockbuster_ctx():
        yield


def index_folder(folder: Path) -> None:
    with writable_index(index_file()) as index:
        bring_up_to_date(index, folder)


def search(query: str, *, limit: int = 5) -> list[Hit]:
    return asyncio.run(Documents().search(query, limit=limit))


def read(hit: Hit) -> str:
    passage = asyncio.run(Documents().read(hit))
    assert (passage["title"], passage["url"]) == (hit["title"], hit["url"])
    return passage["text"]


def is_sample() -> bool:
    return asyncio.run(Documents().is_sample())


def test_documents_are_a_source() -> None:
    source: Source = Documents()

    assert asyncio.run(source.search("?", limit=1)) == []


def test_indexed_documents_are_searched_and_read(tmp_path: Path) -> None:
    paragraph = "The gate closes when the water stands high. " * 20
    folder = write(tmp_path / "mine", a=f"# My lock\n\nFirst.\n\n{paragraph}\n\nThe lock keeper.")
    index_folder(folder)

    (hit,) = search("Who is the keeper?")

    assert (hit["title"], hit["url"]) == ("My lock", str(folder / "a.md"))
    assert "lock keeper" in hit["text"]
    assert read(hit).startswith("# My lock")
    assert "lock keeper" in read(hit)
    assert not is_sample()


def test_data_dir_is_read_whenever_a_source_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = Documents()
    index_folder(write(tmp_path / "mine", a="lock keeper"))

    monkeypatch.setenv("FANJOIN_DATA_DIR", str(tmp_path / "elsewhere"))

    assert asyncio.run(documents.search("keeper", limit=1)) == []


def test_samples_are_searched_until_a_document_is_indexed(tmp_path: Path) -> None:
    assert is_sample()
    assert search("La Rance")

    index_folder(write(tmp_path / "empty"))
    assert is_sample()

    index_folder(write(tmp_path / "mine", a="lock keeper"))
    assert not is_sample()
    assert search("La Rance") == []


def test_search_makes_no_index(data_dir: Path) -> None:
    search(QUESTION)

    assert not data_dir.exists()


def test_samples_answer_the_question_from_three_files() -> None:
    hits = search(QUESTION)

    files = {hit["url"].split("#")[0] for hit in hits}
    assert len(files) >= 3
    assert all(Path(file).parent == Path("samples") for file in files)
    best = " ".join(read(hit) for hit in hits[:2])
    assert "holds" in best


def test_samples_tell_one_finding_twice() -> None:
    hits = search("When did the tidal power station at La Rance open, with what capacity?")

    telling = {
        hit["url"] for hit in hits if "opened in 1966 and has a" in " ".join(read(hit).split())
    }
    assert len(telling) == 2


def test_every_sample_is_found_and_a_pdf_is_cited_by_page() -> None:
    (stream,) = search("MeyGen Pentland Firth", limit=1)

    assert stream["title"] == "stream_turbines.pdf, page 2"
    assert stream["url"] == "samples/stream_turbines.pdf#page=2"
    assert "SeaGen" in read(stream)
    assert "A stream turbine stands" not in read(stream)
    for words, file in {
        "bulb turbines": "barrages.md",
        "interest paid from the first day": "costs_and_limits.txt",
        "Swansea": "lagoons.md",
        "wading birds": "wildlife.txt",
    }.items():
        assert search(words, limit=1)[0]["url"] == f"samples/{file}"


def test_passage_is_bounded(tmp_path: Path) -> None:
    with writable_index(index_file()) as index:
        file = DocumentFile(Path("/dots.txt"), 1, 1)
        index.put(file, "dots.txt", [DocumentPassage("dot " * PASSAGE_CHARS)])

    (hit,) = search("dot")

    assert len(read(hit)) == PASSAGE_CHARS


def test_hit_is_read_after_its_document_has_left_the_index(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", a="lock keeper", b="other")
    index_folder(folder)
    (hit,) = search("keeper")
    (folder / "a.md").unlink()
    index_folder(folder)

    assert read(hit) == "lock keeper"


def test_many_may_search_the_samples_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(search, [QUESTION] * 40))

    assert all(hits == answers[0] for hits in answers)


def test_search_goes_on_while_the_index_is_rebuilt(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", **{f"f{number}": "the tide" for number in range(20)})
    index_folder(folder)

    def rebuild() -> None:
        for round_number in range(5):
            write(folder, **{f"f{n}": f"the tide, round {round_number}" for n in range(20)})
            index_folder(folder)

    with ThreadPoolExecutor(1) as thread:
        rebuilding = thread.submit(rebuild)
        sizes = [len(search("tide", limit=50))]
        while not rebuilding.done():
            sizes.append(len(search("tide", limit=50)))
        rebuilding.result()

    assert set(sizes) == {20}


def test_broken_index_is_an_error_of_the_source_that_names_the_mend(data_dir: Path) -> None:
    data_dir.mkdir()
    index_file().write_bytes(b"no database" * 100)

    with pytest.raises(SourceError, match="fanjoin documents index FOLDER"):
        search("tide")
