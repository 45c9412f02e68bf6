"""News as a source: which items are found, and what becomes of feeds that cannot be read."""

import asyncio
import logging

import pytest

from graphs.adapters.errors import SourceAnswerUnusable, SourceNotConfigured, SourceRefused
from graphs.adapters.sources import Hit
from graphs.research.news.news import News, is_sample
from tests.source_answers import PAGES, SourceAnswer
from tests.source_server import SourceServer

XML = "application/rss+xml"
FEED, OTHER = f"{PAGES}feed.xml", f"{PAGES}other.xml"


def feed(*items: tuple[str, str, str]) -> SourceAnswer:
    """Items with a title, a day and a text; the address is the title's."""
    entries = "".join(
        f"<item><title>{title}</title><link>{PAGES}{title.replace(' ', '-')}</link>"
        f"<pubDate>{day} Nov 2026 09:00:00 GMT</pubDate><description>{text}</description></item>"
        for title, day, text in items
    )
    return SourceAnswer(body=f"<rss><channel>{entries}</channel></rss>", content_type=XML)


@pytest.fixture
def feeds(source_server: SourceServer, monkeypatch: pytest.MonkeyPatch) -> SourceServer:
    """Two feeds."""
    monkeypatch.setenv(
        "FANJOIN_NEWS_FEEDS", f"{source_server.url}{FEED}, {source_server.url}{OTHER}"
    )
    return source_server


def search(query: str = "tidal power", limit: int = 5) -> list[Hit]:
    return asyncio.run(News().search(query, limit=limit))


def test_most_words_come_first_and_then_the_newest_of_all_feeds(feeds: SourceServer) -> None:
    feeds.answer(
        feed(("Tidal plan", "1", "power"), ("Ferry", "9", "late"), ("Old", "2", "of power")),
        path=FEED,
    )
    feeds.answer(feed(("New", "3", "&lt;p&gt;of power&lt;/p&gt;")), path=OTHER)

    hits = search()

    assert [hit["title"] for hit in hits] == [
        "Tidal plan (2026-11-01)",
        "New (2026-11-03)",
        "Old (2026-11-02)",
    ]
    assert hits[1]["text"] == "of power"
    assert search(limit=1) == hits[:1]


def test_feed_that_cannot_be_read_is_logged_and_done_without(
    feeds: SourceServer, caplog: pytest.LogCaptureFixture
) -> None:
    feeds.answer(SourceAnswer(status=404), path=FEED)
    feeds.answer(feed(("Tidal", "3", "")), path=OTHER)

    with caplog.at_level(logging.WARNING, logger="graphs.research.news.news"):
        hits = search()

    assert [hit["title"] for hit in hits] == ["Tidal (2026-11-03)"]
    (record,) = caplog.records
    assert "answered 404: check FANJOIN_NEWS_FEEDS" in record.__dict__["reason"]


def test_without_a_feed_that_can_be_read_the_first_reason_is_raised(feeds: SourceServer) -> None:
    feeds.answer(SourceAnswer(status=500, retry_after=0), path=FEED)
    feeds.answer(SourceAnswer(body="<p>", content_type=XML), path=OTHER)

    with pytest.raises(SourceRefused, match=r"the feed at 127\.0\.0\.1 answered 500"):
        search()


def test_feed_without_end_is_refused(feeds: SourceServer) -> None:
    feeds.answer(SourceAnswer(is_endless=True, content_type=XML))

    with pytest.raises(SourceAnswerUnusable, match="bytes that are read"):
        search()


def test_article_is_read_and_the_feed_stands_in_where_it_cannot_be(feeds: SourceServer) -> None:
    feeds.answer(SourceAnswer(status=404), path=f"{PAGES}gone")
    here, gone = (
        Hit(title="a", url=f"{feeds.url}{PAGES}{page}", text="By the feed.")
        for page in ("1", "gone")
    )

    reading = News(may_reach=lambda _: True)

    assert "says" in asyncio.run(reading.read(here))["text"]
    assert asyncio.run(reading.read(gone))["text"] == "By the feed."


def test_article_on_a_private_address_is_not_fetched(feeds: SourceServer) -> None:
    inside = Hit(title="a", url=f"{feeds.url}{PAGES}1", text="By the feed.")

    assert asyncio.run(News().read(inside))["text"] == "By the feed."
    assert not feeds.requests


def test_sample_is_read_without_a_request_where_no_feed_is_named(
    source_server: SourceServer,
) -> None:
    hits = search()
    passage = asyncio.run(News().read(hits[0]))

    assert is_sample()
    assert [hit["url"].rpartition("/")[2] for hit in hits] == [
        "tidal-repairs",
        "second-tidal-lagoon",
    ]
    assert "two days in place of five" in passage["text"]
    assert not source_server.requests


@pytest.mark.parametrize(
    ("feeds_setting", "reason"),
    [
        ("ftp://news.example/feed", "by http"),
        ("/etc/passwd", "by http"),
        (",".join(f"https://news.example/{number}" for number in range(21)), "at most 20"),
    ],
)
def test_setting_that_names_no_feeds_is_refused_with_the_remedy(
    feeds_setting: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_NEWS_FEEDS", feeds_setting)

    with pytest.raises(SourceNotConfigured, match=reason):
        search()


def test_query_without_words_finds_nothing(feeds: SourceServer) -> None:
    assert search("?!") == []
    assert not feeds.requests
