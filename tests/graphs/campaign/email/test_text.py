from graphs.campaign.email.text import text_of
from graphs.campaign.email.writing import Body
from tests.graphs.campaign.email.drafts_at_hand import draft


def test_the_words_stand_one_after_another_and_the_link_at_the_end() -> None:
    assert text_of(draft()) == (
        "Home in your own light\n\n"
        "The days are short.\n\n"
        "Halo lights up by itself: voilà.\n\n"
        "See the light:\nhttps://example.com/halo?a=1&b=2\n"
    )


def test_lines_are_short_and_a_link_stays_whole() -> None:
    words = Body(preheader="Short", headline="Long", paragraphs=["word " * 60, "end"])
    url = f"https://example.com/{'a' * 200}"

    *lines, last = text_of(draft(body=words, url=url)).splitlines()

    assert max(len(line) for line in lines) <= 76
    assert last == url
