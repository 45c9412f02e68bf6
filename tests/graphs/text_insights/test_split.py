"""Segments of a text: nothing lost, none too large, as many as there may be."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semantic_text_splitter import TextSplitter

from graphs.text_insights.split import LARGEST_SEGMENT, Span, TextTooLong, split

WORDS = ["tide", "ünïcode", "海", "🏰", "{brace}", "</segment>", ".", "\n\n", "\n", " ", "\t"]

texts = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(WORDS), max_size=300).map("".join),
    st.integers(1, 1500).map(lambda count: "word " * count),
)


def pieces(text: str, spans: list[Span]) -> list[str]:
    return [text[span["start"] : span["end"]] for span in spans]


def tokens_in(text: str) -> int:
    """Count by asking how small a segment may be that still holds the whole."""
    low, high = 1, LARGEST_SEGMENT
    while low < high:
        middle = (low + high) // 2
        holds = len(TextSplitter.from_tiktoken_model("gpt-4o", middle, trim=False).chunks(text)) < 2
        low, high = (low, middle) if holds else (middle + 1, high)
    return low


@settings(deadline=None, max_examples=150)
@given(text=texts, tokens=st.integers(1, 60))
def test_the_segments_joined_are_the_text(text: str, tokens: int) -> None:
    spans = split(text, tokens=tokens, at_most=10_000)

    joined = "".join(pieces(text, spans))
    assert joined == (text if text.strip() else "")
    assert all(piece.strip() for piece in pieces(text, spans))
    assert [span["start"] for span in spans[1:]] == [span["end"] for span in spans[:-1]]


@settings(deadline=None, max_examples=30)
@given(text=texts, at_most=st.integers(1, 5))
def test_there_are_never_more_segments_than_there_may_be(text: str, at_most: int) -> None:
    spans = split(text, tokens=50, at_most=at_most)

    assert len(spans) <= at_most
    assert "".join(pieces(text, spans)) == (text if text.strip() else "")


@pytest.mark.parametrize("text", ["one two three. " * 200, "海の上の家。" * 200, "x" * 3000])
def test_no_segment_has_more_tokens_than_it_may(text: str) -> None:
    spans = split(text, tokens=50, at_most=1000)

    assert len(spans) > 1
    assert all(tokens_in(piece.strip()) <= 50 for piece in pieces(text, spans))


def test_a_segment_ends_with_a_paragraph_where_it_can() -> None:
    paragraphs = ["The sea is wide and grey today. " * 6 + "\n\n" for _ in range(3)]

    spans = split("".join(paragraphs), tokens=60, at_most=10)

    assert [piece.strip() for piece in pieces("".join(paragraphs), spans)] == [
        paragraph.strip() for paragraph in paragraphs
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t \n" * 500])
def test_a_blank_text_has_no_segments(text: str) -> None:
    assert split(text, tokens=50, at_most=10) == []


def test_a_text_that_would_make_too_many_segments_has_larger_ones() -> None:
    text = "The sea is wide and grey today. " * 400

    small = split(text, tokens=50, at_most=1000)
    large = split(text, tokens=50, at_most=10)

    assert len(small) > 50
    assert 5 < len(large) <= 10


def test_a_text_beyond_the_largest_segments_is_refused_by_name() -> None:
    with pytest.raises(TextTooLong, match="segments of 2000 tokens, and at most 2 are read"):
        split("word " * 8000, tokens=50, at_most=2)


@pytest.mark.parametrize("unit", [" ", "\n", "x"])
def test_a_long_run_without_a_break_takes_no_unreasonable_time(unit: str) -> None:
    began = time.process_time()

    spans = split("a" + unit * 100_000, tokens=400, at_most=100)

    assert spans[-1]["end"] == 100_001
    assert time.process_time() - began < 10
