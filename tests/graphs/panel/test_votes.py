"""The count: who wins by which rule, and that a tie has no winner."""

import pytest

from graphs.panel.votes import Rule, count

YES_NO = ["yes", "no", "unclear"]


@pytest.mark.parametrize(
    ("rule", "choices", "decision"),
    [
        ("plurality", ["yes", "no", "yes", "unclear"], "yes"),
        ("majority", ["yes", "no", "yes", "unclear"], None),
        ("majority", ["yes", "no", "yes"], "yes"),
        ("majority", ["no", "no", "no", "yes"], "no"),
        ("unanimous", ["no", "no", "no", "yes"], None),
        ("unanimous", ["no", "no", "no"], "no"),
        ("unanimous", ["unclear"], "unclear"),
    ],
)
def test_the_rule_says_how_many_votes_decide(
    rule: Rule, choices: list[str], decision: str | None
) -> None:
    counted = count(choices, YES_NO, rule)

    assert counted.decision == decision
    assert counted.tied == []


@pytest.mark.parametrize("rule", ["plurality", "majority", "unanimous"])
@pytest.mark.parametrize(
    ("choices", "tied"),
    [
        (["no", "yes"], ["yes", "no"]),
        (["unclear", "no", "unclear", "no"], ["no", "unclear"]),
        (["yes", "no", "unclear"], ["yes", "no", "unclear"]),
    ],
)
def test_a_tie_is_no_decision_by_any_rule_and_names_those_who_are_tied(
    rule: Rule, choices: list[str], tied: list[str]
) -> None:
    counted = count(choices, YES_NO, rule)

    assert counted.decision is None
    assert counted.tied == tied
    assert "are tied with" in str(counted)


def test_every_option_has_its_number_of_votes_in_the_options_order() -> None:
    counted = count(["no", "no", "yes"], YES_NO, "plurality")

    assert list(counted.votes.items()) == [("yes", 1), ("no", 2), ("unclear", 0)]


@pytest.mark.parametrize(
    ("rule", "choices", "sentence"),
    [
        ("plurality", ["yes", "yes", "no"], 'The panel decides "yes" with 2 of 3 votes.'),
        ("unanimous", ["yes", "yes"], 'The panel decides "yes" with 2 of 2 votes.'),
        ("majority", ["no", "yes"], 'No decision: "yes" and "no" are tied with 1 of 2 votes each.'),
        (
            "unanimous",
            ["no", "yes", "no"],
            'No decision: "no" has 2 of 3 votes, and the rule is unanimous.',
        ),
    ],
)
def test_a_count_says_in_a_sentence_how_the_vote_ended(
    rule: Rule, choices: list[str], sentence: str
) -> None:
    assert str(count(choices, YES_NO, rule)) == sentence
