"""What is left of a question for a search engine."""

from graphs.adapters.search_words import search_words


def test_asides_and_syntax_are_dropped_and_words_stand_once() -> None:
    question = "How does tidal power work, and what limits (tidal) power? -NOT"

    assert search_words(question) == ["tidal", "power", "work", "limits"]


def test_a_question_of_asides_keeps_them() -> None:
    assert search_words("What is it?") == ["what", "is", "it"]


def test_no_word_gives_no_words_and_many_are_cut() -> None:
    assert search_words('"?!" 🙂') == []
    assert len(search_words(" ".join(f"w{number}" for number in range(999)))) == 20
