"""Texts of problems are cut, and say so."""

from app.errors import GraphNotFound, InvalidInput, problem_of


def test_place_shows_the_beginning_of_each_key_and_both_ends_of_a_path() -> None:
    long_key = InvalidInput.at(f"input.{'k' * 1000}.word", "wrong")
    long_path = InvalidInput.at(".".join(["a", *["0"] * 1000, "z"]), "wrong")

    assert long_key.problems[0]["place"] == f"input.{'k' * 80}….word"
    assert long_path.problems[0]["place"].startswith("a.0.0")
    assert long_path.problems[0]["place"].endswith("0.0.z")
    assert len(long_path.problems[0]["place"]) == 301


def test_short_problem_is_shown_whole() -> None:
    problem = {"place": "input.topic", "message": "too short", "given": "'x'"}

    assert InvalidInput([problem]).problems == [problem]


def test_problem_of_any_kind_is_cut() -> None:
    problem = problem_of(GraphNotFound("x" * 1_000_000))

    assert problem["detail"] == "x" * 4000 + "…"
