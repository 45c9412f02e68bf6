from app.redaction import LONGEST, error_text


def test_secrets_are_blanked_out_wherever_they_stand() -> None:
    clean = error_text(["sk-verysecret", "sk-verysecret-2"])

    assert clean("Bearer sk-verysecret-2, sk-verysecret") == "Bearer ***, ***"


def test_short_words_are_no_secrets() -> None:
    assert error_text(["a"])("a cat") == "a cat"


def test_text_is_bounded_and_can_be_written() -> None:
    assert error_text()("x" * 5_000_000) == "x" * LONGEST + "…"
    assert error_text()("half \ud800") == "half ?"
