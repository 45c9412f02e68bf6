"""A draft as HTML: every word in its place and none of them markup."""

import pytest

from graphs.campaign.email.html import html_of
from tests.graphs.campaign.email.drafts_at_hand import HOSTILE, PNG, draft, hostile_draft
from tests.graphs.campaign.html_page import HtmlPage
from tests.image_answers import in_base64


def tags_of(html: str) -> set[str | None]:
    return {node.tag for node in HtmlPage(html).all("*")}


def test_every_part_stands_in_its_place() -> None:
    page = HtmlPage(html_of(draft()))

    assert page.text("title") == "Light for the way home"
    assert page.text("h1") == "Home in your own light"
    assert page.texts("p") == [
        "The days are short.",
        "Halo lights up by itself: voilà.",
    ]
    assert page.text(".preheader") == "It lights up by itself."
    assert page.text("a") == "See the light"
    assert page.attribute("a", "href") == "https://example.com/halo?a=1&b=2"


def test_every_style_stands_inside_its_tag() -> None:
    page = HtmlPage(html_of(draft()))

    assert page.all("style") == []
    assert all("style" in node.attributes for node in page.all("body, body td, h1, p, a, img"))


def test_hostile_words_are_shown_and_never_markup() -> None:
    html = html_of(hostile_draft())

    page = HtmlPage(html)
    assert tags_of(html) == tags_of(html_of(draft()))
    assert page.text("h1") == HOSTILE
    assert page.text("title") == HOSTILE
    assert page.attribute("img", "alt") == HOSTILE
    (image,) = page.all("img")
    assert image.attributes.keys() == {"src", "alt", "width", "style"}


def test_nothing_is_loaded_from_outside() -> None:
    page = HtmlPage(html_of(hostile_draft()))

    sources = [node.attributes["src"] or "" for node in page.all("[src]")]
    assert [source.partition(",")[0] for source in sources] == ["data:image/png;base64"]
    assert page.all("link, script, iframe, object, embed, [background], [srcset]") == []
    assert "url(" not in html_of(draft())


def test_the_picture_is_in_it_or_where_it_is_said_to_be() -> None:
    inside, elsewhere = html_of(draft()), html_of(draft(), source="cid:picture")

    assert f"data:image/png;base64,{in_base64(PNG)}" in inside
    assert 'src="cid:picture"' in elsewhere
    assert "data:" not in elsewhere


def test_an_email_without_a_picture_has_no_gap_for_one() -> None:
    assert "<img" not in html_of(draft(picture=None))


@pytest.mark.parametrize(("colour", "ink"), [("#1f6f5c", "#ffffff"), ("#ffee00", "#1a1a1a")])
def test_the_button_has_the_brand_s_colour_and_letters_that_can_be_read(
    colour: str, ink: str
) -> None:
    page = HtmlPage(html_of(draft(colour=colour)))

    assert f"background-color: {colour}" in page.attribute(".button", "style")
    assert f"color: {ink}" in page.attribute("a", "style")


def test_the_language_is_said() -> None:
    page = HtmlPage(html_of(draft(language="de")))

    assert page.attribute("html", "lang") == "de"
