import re

import pytest

from graphs.content_gate.lookup.engines import reading_engine
from graphs.content_gate.lookup.keys import fingerprint, text_key


@pytest.mark.parametrize(
    "text",
    [
        "miracle cure",
        "  Miracle   CURE! ",
        "MIRACLE-CURE",
        "mira\u200bcle\ncure",
        "mi\u00adracle_cure",
        "mira\u034fcle cu\u3164re",
        "mira\u202ecle c\u206aure",
        "\uff4diracle \uff43ure",
        "*miracle* (cure)",
    ],
)
def test_spellings_of_the_same_words_have_one_key(text: str) -> None:
    assert text_key(text) == "miracle cure"
    assert fingerprint(text) == fingerprint("miracle cure")


def test_a_text_without_words_has_no_key_and_no_fingerprint() -> None:
    assert (text_key("?! …"), fingerprint("?! …")) == ("", "")


def test_letters_of_other_scripts_are_words() -> None:
    assert text_key("Straße, ΆΛΦΑ и 中文") == "strasse άλφα и 中文"


def test_the_keys_of_the_sample_are_those_that_are_made_of_its_texts() -> None:
    with reading_engine(None).connect() as connection:
        rows = connection.exec_driver_sql("SELECT title, title_key FROM publications").all()
        terms = connection.exec_driver_sql("SELECT term FROM blocked_terms").scalars().all()

    assert [text_key(title) for title, _ in rows] == [key for _, key in rows]
    assert [text_key(term) for term in terms] == terms
    assert all(re.search(r"\w \w", key) for _, key in rows)
