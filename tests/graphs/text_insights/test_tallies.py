from graphs.text_insights.tallies import tally


def test_a_word_counts_once_per_group_whatever_its_case() -> None:
    groups = [["Beds", "beds", "Noise"], ["BEDS"], ["noise", "beds"], []]

    assert tally(groups) == {"Beds": 3, "Noise": 2}


def test_the_most_frequent_come_first_and_no_more_than_asked_for() -> None:
    groups = [["rare", "often"], ["often"], ["other"]]

    assert list(tally(groups, top=2)) == ["often", "rare"]


def test_nothing_makes_an_empty_tally() -> None:
    assert tally([]) == {}
