"""How a document is cut into passages."""

import time
from pathlib import Path

import pytest

from graphs.adapters.documents.passages import split_pages, title_of
from graphs.adapters.documents.text import Page

TEXT, MARKDOWN = Path("a.txt"), Path("a.md")
PARAGRAPH = "The tide comes in and the tide goes out, and the turbine turns with it. " * 10


def test_short_text_is_one_passage() -> None:
    (passage,) = split_pages(TEXT, [Page("High water.\n")])

    assert (passage.text, passage.page) == ("High water.", None)


def test_long_text_is_cut_where_a_paragraph_ends() -> None:
    passages = split_pages(TEXT, [Page("\n\n".join([PARAGRAPH.strip()] * 4))])

    assert [passage.text for passage in passages] == [PARAGRAPH.strip()] * 4


def test_markdown_is_cut_at_its_headings() -> None:
    text = f"# Tides\n\n{PARAGRAPH}\n\n## Ebb\n\n{PARAGRAPH}\n\n## Flood\n\n{PARAGRAPH}"

    passages = split_pages(MARKDOWN, [Page(text)])

    heads = [passage.text.split("\n")[0] for passage in passages]
    assert heads == ["# Tides", "## Ebb", "## Flood"]


def test_no_passage_crosses_a_page() -> None:
    passages = split_pages(Path("a.pdf"), [Page("One.", 1), Page("Two.", 3)])

    assert [(passage.text, passage.page) for passage in passages] == [("One.", 1), ("Two.", 3)]


@pytest.mark.parametrize("text", ["abcdefghij" * 20_000, "word " * 40_000], ids=["word", "line"])
def test_text_without_an_end_is_cut_in_good_time_and_loses_nothing(text: str) -> None:
    started = time.thread_time()

    passages = split_pages(TEXT, [Page(text)])

    assert "".join("".join(passage.text.split()) for passage in passages) == text.replace(" ", "")
    assert time.thread_time() - started < 20


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        (MARKDOWN, "\n# Tides #\n\nText.", "Tides"),
        (MARKDOWN, "Text.\n\n# Later\n", "a.md"),
        (MARKDOWN, "#hashtag", "a.md"),
        (MARKDOWN, "# " + "x" * 1000, "x" * 299 + "…"),
        (TEXT, "# Tides", "a.txt"),
    ],
)
def test_title_is_the_heading_at_the_top_or_the_name(path: Path, text: str, title: str) -> None:
    assert title_of(path, [Page(text)]) == title
