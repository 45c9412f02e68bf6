"""Feeds in their forms, and what is none."""

from datetime import date

import pytest

from graphs.adapters.errors import SourceAnswerUnusable
from graphs.research.news.feeds import NewsItem, items_of

ADDRESS = "https://news.example/feeds/all.xml"
RSS = "<rss version='2.0'><channel><title>Ours</title>{}</channel></rss>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Ours</title>{}</feed>"
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
    "xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>{}</rdf:RDF>"
)
CONTENT = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"


def items(form: str, entries: str) -> list[NewsItem]:
    return items_of("the feed", form.format(entries).encode(), ADDRESS)


def shown(item: NewsItem) -> tuple[str, str, str, date | None]:
    return item.title, item.url, item.html, item.published.date() if item.published else None


@pytest.mark.parametrize(
    ("form", "entry"),
    [
        (
            RSS,
            (
                "<item><title>High tide</title><link>https://news.example/1</link>"
                "<pubDate>Mon, 02 Nov 2026 09:00:00 GMT</pubDate>"
                "<description>It rose.</description></item>"
            ),
        ),
        (
            ATOM,
            (
                "<entry><title type='html'>&lt;b&gt;High&lt;/b&gt; tide</title>"
                "<link rel='enclosure' href='https://news.example/1.mp3'/>"
                "<link href='https://news.example/1'/><published>2026-11-02T09:00:00Z</published>"
                "<summary>It rose.</summary></entry>"
            ),
        ),
        (
            RDF,
            (
                "<item><title>High tide</title><link>https://news.example/1</link>"
                "<dc:date>2026-11-02T09:00+01:00</dc:date>"
                "<description>It rose.</description></item>"
            ),
        ),
    ],
    ids=["rss", "atom", "rdf"],
)
def test_item_is_read_from_every_form(form: str, entry: str) -> None:
    (item,) = items(form, entry)

    assert shown(item) == ("High tide", "https://news.example/1", "It rose.", date(2026, 11, 2))


def test_whole_text_is_preferred_to_the_summary() -> None:
    texts = f"<description>Short.</description><content:encoded {CONTENT}>Long.</content:encoded>"

    (item,) = items(RSS, f"<item><title>a</title><link>https://a.example/</link>{texts}</item>")

    assert item.html == "Long."


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/2026/tide", "https://news.example/2026/tide"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_item_has_an_address_of_the_web_or_is_left_out(link: str, url: str | None) -> None:
    read = items(RSS, f"<item><title>a</title><link>{link}</link></item>")

    assert [item.url for item in read] == ([url] if url else [])


@pytest.mark.parametrize("when", ["yesterday", "Mon, 99 Nov 2026", "", "2026-13-01"])
def test_date_that_is_none_is_unknown(when: str) -> None:
    entry = f"<item><title>a</title><link>https://a.example/</link><pubDate>{when}</pubDate></item>"

    assert items(RSS, entry)[0].published is None


def test_no_more_than_the_first_500_items_are_read() -> None:
    entry = "<item><title>a</title><link>https://a.example/{}</link></item>"

    read = items(RSS, "".join(entry.format(number) for number in range(600)))

    assert len(read) == 500
    assert read[0].url == "https://a.example/0"


@pytest.mark.parametrize(
    "body",
    [
        "no feed at all",
        "<html><item/></html>",
        '<!DOCTYPE a [<!ENTITY b "c">]><rss>&b;</rss>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><rss/>',
        "<rss><channel>",
        '<?xml version="1.0" encoding="nonsense"?><rss/>',
    ],
)
def test_what_is_no_feed_is_refused_by_name(body: str) -> None:
    with pytest.raises(SourceAnswerUnusable, match="the feed is no RSS or Atom feed"):
        items_of("the feed", body.encode(), ADDRESS)
