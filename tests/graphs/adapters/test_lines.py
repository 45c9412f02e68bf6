import pytest

from graphs.adapters.lines import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Halo\r\nBcc: all@example.com", "Halo Bcc: all@example.com"),
        ("  two\t\n words ", "two words"),
        ("a\x00b\x1b[1mc\x7f", "ab[1mc"),
        ("one\u2028two\x85three", "one two three"),
        ("Grüße, 海, 🚲", "Grüße, 海, 🚲"),
        ("x\ud800\uffffy", "xy"),
    ],
)
def test_a_text_becomes_one_line_that_can_be_written(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "\u200b \u202e"])
def test_a_text_with_nothing_to_see_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no text"):
        one_line(text)
