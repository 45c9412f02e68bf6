"""What counts as the same finding, and what never does."""

import pytest

from graphs.research.findings import Finding, merge, say_the_same


def finding(statement: str, source: str = "web") -> Finding:
    return Finding(
        statement=statement, title=source, url=f"https://{source}.example", source=source
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The tide turns twice a day.", "the tide turns twice a day"),
        ("Tides are caused by the moon.", "Tides are caused by the Moon's pull."),
        ("La Rance opened in 1966.", "In 1966, La Rance opened."),
        ("Barrages block a whole estuary.", "A barrage blocks a whole estuary."),
    ],
)
def test_the_same_in_little_different_words_is_one_finding(one: str, other: str) -> None:
    assert say_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("La Rance opened in 1966.", "La Rance opened in 1967."),
        ("The plant gives 1.5 GW.", "The plant gives 15 GW."),
        ("Tidal power is cheap today.", "Tidal power is not cheap today."),
        ("The turbines can harm fish.", "The turbines can't harm fish."),
        ("The tide turns twice a day.", "Barrages block a whole estuary."),
        ("", "The tide turns."),
    ],
)
def test_another_number_a_denial_or_other_words_are_another_finding(one: str, other: str) -> None:
    assert not say_the_same(one, other)


def test_findings_stand_in_groups_in_the_order_they_were_first_said() -> None:
    tide, moon = "The tide turns twice a day.", "The moon pulls at the sea."

    groups = merge([finding(tide), finding(moon, "arxiv"), finding(tide, "wikipedia")])

    merged = [(group[0]["statement"], [one["source"] for one in group]) for group in groups]
    assert merged == [(tide, ["web", "wikipedia"]), (moon, ["arxiv"])]
