"""How passages are found by a question, and what is read around them."""

from pathlib import Path

import pytest

from graphs.adapters.documents.files import DocumentFile
from graphs.adapters.documents.index import DocumentIndex, index_in_memory
from graphs.adapters.documents.passages import DocumentPassage
from graphs.adapters.documents.search import (
    PER_FILE,
    REACH,
    find_passages,
    match_query,
    read_on,
)

HOSTILE = [
    '"',
    '""" OR "',
    "NEAR(",
    "NEAR(tide ebb, 2)",
    "*",
    "tide*",
    "^tide",
    "text: tide",
    "col:",
    "{text path} : tide",
    "tide AND",
    "NOT tide",
    "tide - ebb + (",
    "'; DROP TABLE files; --",
    "🌊",
    "tide 🌊\0\ud800",
    "tide " * 2_000,
    "x" * 10_000,
    " ".join(f"word{number}" for number in range(2_000)),
]


def index_of(**documents: list[str]) -> DocumentIndex:
    """Index a document `name` with these passages for each."""
    index = index_in_memory()
    for name, texts in documents.items():
        passages = [DocumentPassage(text) for text in texts]
        index.put(DocumentFile(Path(f"/{name}"), 1, 1), name.capitalize(), passages)
    return index


def texts_for(index: DocumentIndex, question: str, *, limit: int = 10) -> list[str]:
    return [passage.text for passage in find_passages(index, question, limit=limit)]


def test_best_passage_comes_first() -> None:
    index = index_of(a=["the turbine hums"], b=["turbine and dam: the dam stands"], c=["sand"])

    assert texts_for(index, "Which dam has a turbine?") == [
        "turbine and dam: the dam stands",
        "the turbine hums",
    ]


def test_words_are_found_in_their_other_forms_and_without_accents() -> None:
    index = index_of(a=["Turbines turned in the ESTUARIES"], b=["la marée"])

    assert texts_for(index, "estuary") == ["Turbines turned in the ESTUARIES"]
    assert texts_for(index, "turning turbine") == ["Turbines turned in the ESTUARIES"]
    assert texts_for(index, "Maree") == ["la marée"]


def test_what_a_question_is_made_of_finds_nothing_by_itself() -> None:
    index = index_of(a=["how is it what it is"], b=["the ebb"])

    assert texts_for(index, "How is it that there is an ebb?") == ["the ebb"]


def test_question_of_such_words_only_still_finds_them() -> None:
    assert texts_for(index_of(a=["what is it"]), "What is it?") == ["what is it"]


@pytest.mark.parametrize("question", HOSTILE, ids=lambda question: ascii(question[:20]))
def test_no_question_is_syntax(question: str) -> None:
    index = index_of(a=["the tide and the ebb"], b=["near the text"])

    assert set(texts_for(index, question)) <= {"the tide and the ebb", "near the text"}
    assert len(index.files()) == 2


@pytest.mark.parametrize("question", ["", " ", "?!", '"', "*", "🌊", "_"])
def test_question_without_a_word_finds_nothing(question: str) -> None:
    assert match_query(question) is None
    assert texts_for(index_of(a=["tide"]), question) == []


def test_limit_is_kept() -> None:
    index = index_of(**{f"f{number}": ["tide"] for number in range(5)})

    assert len(texts_for(index, "tide", limit=3)) == 3
    assert texts_for(index, "tide", limit=0) == []


def test_long_document_does_not_drown_the_others() -> None:
    index = index_of(long=["tide tide"] * 50, short=["the tide, once, in passing"])

    passages = find_passages(index, "tide", limit=5)

    paths = [passage.path for passage in passages]
    assert paths == ["/long"] * PER_FILE + ["/short"]
    first, second = (passage.position for passage in passages[:2])
    assert abs(first - second) > REACH


def test_passage_is_read_with_what_stands_around_it() -> None:
    texts = [f"passage {number}" for number in range(10)]
    index = index_of(a=texts)

    read = read_on(index, "/a", None, "passage 4", chars=6_000)

    assert read == "\n\n".join(texts[3 : 5 + REACH])


def test_reading_ends_at_the_page() -> None:
    index = index_in_memory()
    passages = [DocumentPassage(f"{page}{row}", page) for page in (1, 2, 3) for row in "ab"]
    index.put(DocumentFile(Path("/a.pdf"), 1, 1), "a.pdf", passages)

    assert read_on(index, "/a.pdf", 2, "2b", chars=6_000) == "2a\n\n2b"


@pytest.mark.parametrize(
    ("chars", "read"),
    [(16, "1111\n\n2222\n\n3333"), (15, "1111\n\n2222"), (9, "2222"), (2, "22")],
)
def test_reading_is_bounded_and_keeps_the_passage(chars: int, read: str) -> None:
    index = index_of(a=["1111", "2222", "3333"])

    assert read_on(index, "/a", None, "2222", chars=chars) == read


def test_passage_that_left_the_index_is_read_as_it_was_found() -> None:
    assert read_on(index_in_memory(), "/gone", None, "as found", chars=6_000) == "as found"
