"""News, from the feeds that the operator chose; a sample as long as none is."""

import asyncio
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from graphs.adapters.errors import SourceError
from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.fetch import TIMEOUT, Service, api_client, fetch, whole
from graphs.adapters.http.public_network import AddressRule
from graphs.adapters.search_words import search_words
from graphs.adapters.sources import PASSAGE_CHARS, Hit, Passage, hit_of, passage_of
from graphs.research.news.feeds import NewsItem, items_of
from graphs.research.news.settings import NewsSettings
from graphs.research.web.html import readable
from graphs.research.web.pages import read_hit

logger = logging.getLogger(__name__)

SAMPLE_NOTE = "The news are a made-up sample; FANJOIN_NEWS_FEEDS names feeds of yours."
"""What an answer made from the sample says."""

_SAMPLE = Path(__file__).with_name("sample.xml")
_SAMPLE_ADDRESS = "https://example.com/"

_TITLE_WEIGHT = 3
"""A word of the question counts so much in a title, against 1 in the text."""

_WORD = re.compile(r"[^\W_]+")

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class News:
    """The items of all feeds, with the words of the question.

    `timeout` is seconds per request. `may_reach` says which addresses an article may be at: public
    ones, unless told otherwise; the feeds themselves may be anywhere.
    """

    timeout: float = TIMEOUT
    may_reach: AddressRule = is_public

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        """Return at most `limit` items, those with most of the words first, then the newest.

        A feed that cannot be read is logged and done without.

        Raises:
            SourceError: no feed can be read, or the setting names none that could be.
        """
        words = search_words(query)
        if not words:
            return []
        items = await self._items()
        # Comparing the words of many long items takes a while, in which nothing else would run.
        return await asyncio.to_thread(_best, items, words, limit)

    async def read(self, hit: Hit) -> Passage:
        """Return the article, or what the feed says of it where it cannot be read.

        Raises:
            SourceError: the article cannot be read, and the feed says nothing of it.
        """
        if is_sample():
            return passage_of(hit["title"], hit["url"], hit["text"])
        return await read_hit(hit, seconds=self.timeout, may_reach=self.may_reach)

    async def _items(self) -> list[NewsItem]:
        addresses = NewsSettings.read().addresses
        if not addresses:
            return await asyncio.to_thread(_sample_items)
        answers = await asyncio.gather(*map(self._items_or_error, addresses))
        failed = [answer for answer in answers if isinstance(answer, SourceError)]
        if len(failed) == len(addresses):
            raise failed[0]
        for error in failed:
            logger.warning("a feed was not read", extra={"reason": str(error)})
        read = [answer for answer in answers if not isinstance(answer, SourceError)]
        return list({item.url: item for items in read for item in items}.values())

    async def _items_or_error(self, address: str) -> list[NewsItem] | SourceError:
        service = Service(f"the feed at {urlsplit(address).hostname}", "FANJOIN_NEWS_FEEDS")
        try:
            fetched = await fetch(service, api_client(), "GET", address, seconds=self.timeout)
            content = whole(service, fetched)
            return await asyncio.to_thread(items_of, service.name, content, address)
        except SourceError as error:
            return error


def is_sample() -> bool:
    """Whether the sample is read, because no feed is named."""
    return not NewsSettings.read().addresses


def _sample_items() -> list[NewsItem]:
    return items_of("the sample", _SAMPLE.read_bytes(), _SAMPLE_ADDRESS)


def _best(items: Iterable[NewsItem], words: Sequence[str], limit: int) -> list[Hit]:
    rated = [(_rate(item, words), item.published or _LONG_AGO, item) for item in items]
    rated = [one for one in rated if one[0] > 0]
    rated.sort(key=lambda one: one[:2], reverse=True)
    return [_hit(item) for _, _, item in rated[:limit]]


def _rate(item: NewsItem, words: Sequence[str]) -> int:
    in_title, in_text = _words_in(item.title), _words_in(item.html)
    return sum((word in in_title) * _TITLE_WEIGHT + (word in in_text) for word in words)


def _words_in(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _hit(item: NewsItem) -> Hit:
    _, text = readable(item.html, PASSAGE_CHARS)
    day = f" ({item.published.date().isoformat()})" if item.published else ""
    return hit_of(f"{item.title}{day}", item.url, text)
