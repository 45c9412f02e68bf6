from app.redaction import LONGEST, redactor


def test_secrets_are_blanked_out_wherever_they_stand() -> None:
    clean = redactor(["sk-verysecret", "sk-verysecret-2"])

    assert clean("Bearer sk-verysecret-2, sk-verysecret") == "Bearer ***, ***"


def test_short_words_are_no_secrets() -> None:
    assert redactor(["a"])("a cat") == "a cat"


def test_text_is_bounded_and_can_be_written() -> None:
    assert redactor()("x" * 5_000_000) == "x" * LONGEST + "…"
    assert redactor()("half \ud800") == "half ?"


def test_a_secret_that_was_cut_is_blanked_out_as_far_as_it_is_there() -> None:
    redact = redactor(["sk-live-123456"])

    assert redact("key sk-live-12… (its fallback failed too: x sk-live") == (
        "key ***… (its fallback failed too: x ***"
    )
    assert redact("key sk-li") == "key sk-li"
