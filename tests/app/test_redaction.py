from app.redaction import LONGEST, redactor


def test_secrets_are_blanked_out_wherever_they_stand() -> None:
    clean = redactor(["sk-verysecret", "sk-verysecret-2"])

    assert clean("Bearer sk-verysecret-2, sk-verysecret") == "Bearer ***, ***"


def test_short_words_are_no_secrets() -> None:
    assert redactor(["a"])("a cat") == "a cat"


def test_text_is_bounded_and_can_be_written() -> None:
    assert redactor()("x" * 5_000_000) == "x" * LONGEST + "…"
    assert redactor()("half \ud800") == "half ?"
