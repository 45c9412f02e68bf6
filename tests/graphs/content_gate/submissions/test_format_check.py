"""The format check: each rule on its own, and the bounds of what it says."""

from typing import Any

import pytest
from pydantic import ValidationError

from graphs.content_gate.submissions.format_check import check_format
from graphs.content_gate.submissions.rules import Length, Rules
from graphs.content_gate.submissions.submission import Reason, Submission

GOOD = Submission(
    author_id="ada",
    kind="article",
    title="A harbour walk",
    body="Follow the sea wall west.\nIt takes an hour.",
    links=["https://example.org/tides"],
)


def reasons(rules: Rules | None = None, **changes: Any) -> list[Reason]:
    return check_format(GOOD.model_copy(update=changes), rules or Rules())


def codes(rules: Rules | None = None, **changes: Any) -> list[tuple[str, str]]:
    return [(reason.code, reason.place) for reason in reasons(rules, **changes)]


def test_a_well_formed_submission_has_no_faults() -> None:
    assert reasons() == []


@pytest.mark.parametrize("name", ["author_id", "kind", "title", "body"])
@pytest.mark.parametrize("value", ["", " \n "])
def test_a_required_field_without_words_is_missing(name: str, value: str) -> None:
    changes: dict[str, Any] = {name: value}

    assert codes(**changes)[0] == ("missing", name)


def test_an_empty_submission_is_told_everything_it_lacks_and_nothing_twice() -> None:
    rules = Rules(required=["author_id", "kind", "title", "title", "body", "links"])

    results = check_format(Submission(), rules)

    assert [(reason.code, reason.place) for reason in results] == [
        ("missing", "author_id"),
        ("missing", "kind"),
        ("missing", "title"),
        ("missing", "body"),
        ("missing", "links"),
    ]


def test_a_field_that_is_not_required_may_be_empty_whatever_its_least_length() -> None:
    rules = Rules(required=[], title=Length(at_least=3, at_most=9))

    assert codes(rules, title="") == []


def test_a_text_outside_its_lengths_is_told_both_figures() -> None:
    rules = Rules(title=Length(at_least=5, at_most=8))

    (short,) = reasons(rules, title="four")
    (long,) = reasons(rules, title="nine char")

    assert (short.code, short.message) == (
        "too_short",
        "title has 4 characters, and 5 is the least",
    )
    assert (long.code, long.message) == ("too_long", "title has 9 characters, and 8 is the most")


def test_a_kind_that_is_not_allowed_is_named_in_plain_letters() -> None:
    (reason,) = reasons(kind="arti\u0441le")

    assert reason.code == "kind"
    assert reason.message == "'arti\\u0441le' is none of article, comment, listing"


def test_no_kinds_allow_any() -> None:
    assert codes(Rules(kinds=[]), kind="poem") == []


def test_letters_of_another_script_are_found_at_the_first_of_them() -> None:
    rules = Rules(scripts=["LATIN"])

    results = codes(
        rules, title="Harb\u043eur, harb\u043eur", body="Long enough it is.\n\u4e2d\u6587"
    )

    assert results == [("script", "title:1:5"), ("script", "body:2:1")]


def test_digits_signs_accents_and_emoji_belong_to_every_script() -> None:
    text = "Café № 1: ½ a crème brûlée, 5 µg \uff21\U0001d400 🎉 \u2018so\u2019 \u2013 done…"

    assert codes(Rules(scripts=["LATIN", "GREEK"]), title=text) == []


def test_rules_that_no_text_can_meet_are_refused() -> None:
    with pytest.raises(ValidationError, match="at_least 5 is above at_most 3"):
        Length(at_least=5, at_most=3)


def test_a_submission_has_outer_bounds() -> None:
    with pytest.raises(ValidationError):
        Submission(body="x" * 200_001)
    with pytest.raises(ValidationError):
        Submission(links=["https://example.org"] * 101)
