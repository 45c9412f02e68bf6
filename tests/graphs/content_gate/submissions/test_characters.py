import pytest

from graphs.content_gate.submissions.characters import find_characters

FLAG_OF_WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("bell\x07", "control_character", "body:1:5"),
        ("nul\x00 byte", "control_character", "body:1:4"),
        ("one\ntwo \x1b[31m", "control_character", "body:2:5"),
        ("pay \u202egro.elpmaxe", "bidi_override", "body:1:5"),
        ("\u2067isolated\u2069", "bidi_override", "body:1:1"),
        ("seen\U000e0069\U000e0067", "hidden_text", "body:1:5"),
        ("\U0001f3f4\U000e0069 no flag", "hidden_text", "body:1:2"),
        ("caf\ufffd", "broken_text", "body:1:4"),
        ("end\uffff", "broken_text", "body:1:4"),
    ],
)
def test_a_bad_character_is_found_with_its_place(text: str, code: str, place: str) -> None:
    (reason,) = find_characters("body", text, has_lines=True)

    assert (reason.check, reason.code, reason.place) == ("format", code, place)


@pytest.mark.parametrize(
    "text",
    [
        "two\r\nlines\tand a tab",
        FLAG_OF_WALES,
        "\u05e9\u05dc\u05d5\u05dd",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "👩\u200d🚀",
    ],
    ids=["lines", "flag", "Hebrew", "Persian", "joined emoji"],
)
def test_what_honest_text_needs_is_left_alone(text: str) -> None:
    assert list(find_characters("body", text, has_lines=True)) == []


def test_a_field_of_one_line_has_no_line_ends() -> None:
    (reason,) = find_characters("title", "one\ntwo")

    assert (reason.code, reason.place) == ("control_character", "title:1:4")


def test_many_of_one_kind_are_one_reason() -> None:
    (reason,) = find_characters("body", "\x07" * 1_000, has_lines=True)

    assert reason.message == "body holds control characters: 1000, the first U+0007"
