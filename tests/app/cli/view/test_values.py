"""Output as a person reads it."""

from io import StringIO
from typing import Any

from rich.console import Console

from app.cli.view.values import readable


def drawn(value: Any) -> str:
    console = Console(file=StringIO(), width=80, color_system=None)
    with console.capture() as capture:
        console.print(readable(value))
    return capture.get()


def test_strings_keep_their_lines_and_quotes_and_markup() -> None:
    assert '"quoted"' in drawn({"brief": 'first\n"quoted" [bold]'})
    assert "[bold]" in drawn({"brief": 'first\n"quoted" [bold]'})


def test_list_has_a_line_for_each_item() -> None:
    assert drawn(["high", "low"]).split() == ["-", "high", "-", "low"]


def test_long_text_is_cut_between_words_and_says_how_long_it_is() -> None:
    picture = drawn("tide " * 1000)

    assert picture.count("tide") < 400
    assert "(4,999 characters in" in picture


def test_long_list_is_cut_and_says_how_much_is_left() -> None:
    assert "… and 988 more" in drawn(list(range(1000)))


def test_nothing_is_called_nothing() -> None:
    empty: list[Any] = [None, [], {}]

    assert [drawn(value).strip() for value in empty] == ["none"] * 3
    assert drawn(False).strip() == "no"


def test_deep_nesting_is_cut() -> None:
    value: Any = "bottom"
    for _ in range(50):
        value = {"inner": value}

    assert "bottom" not in drawn(value)
