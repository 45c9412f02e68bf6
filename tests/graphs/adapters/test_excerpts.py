import pytest

from graphs.adapters.excerpts import excerpt


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", ""),
        ("ten chars!", "ten chars!"),
        ("one two three", "one two…"),
        ("unbreakable", "unbreakab…"),
        ("a unbreakable", "a unbreak…"),
    ],
)
def test_a_long_text_is_cut_where_a_word_ends_if_one_does(text: str, cut: str) -> None:
    assert excerpt(text, 10) == cut
