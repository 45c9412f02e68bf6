"""arXiv, by its Atom API (info.arxiv.org/help/api/user-manual)."""

import asyncio
import re
from dataclasses import dataclass
from functools import cache
from typing import Self
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from graphs.adapters.environment import address_in
from graphs.adapters.errors import SourceAnswerUnusable, SourceTimeout
from graphs.adapters.http.fetch import TIMEOUT, Service, api_client, fetch, whole
from graphs.adapters.search_words import search_words
from graphs.adapters.sources import Hit, Passage, hit_of, passage_of
from graphs.research.pace import Pace

ARXIV = Service("arXiv", "FANJOIN_ARXIV_URL", "FANJOIN_CONTACT")

_ATOM = {"atom": "http://www.w3.org/2005/Atom"}
_MOST_RESULTS = 100
_OF_ARXIV = re.compile(r"https?://([\w-]+\.)*arxiv\.org\b")
_SECONDS_BETWEEN_REQUESTS = 3.0
"""Terms of Use for arXiv APIs, "Rate limits"."""


@dataclass(frozen=True)
class ArxivSettings:
    """Where arXiv is."""

    url: str = "https://export.arxiv.org"
    """`FANJOIN_ARXIV_URL`: arXiv's own, or a gateway to it."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(url=address_in("FANJOIN_ARXIV_URL", cls.url))


@dataclass(frozen=True)
class Arxiv:
    """The papers of arXiv; their abstract is what is read. `timeout` is in seconds.

    arXiv asks for no more than one request in three seconds from all of one's machines. This
    process keeps to that with arXiv itself, and a search that would have to wait longer than
    `timeout` fails at once. With several processes, point `FANJOIN_ARXIV_URL` at a cache of yours.
    """

    timeout: float = TIMEOUT

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        """Return at most `limit` papers that share words with the query, the best first."""
        words = search_words(query)
        if not words:
            return []
        address = ArxivSettings.read().url
        await self._wait_turn(address)
        fetched = await fetch(
            ARXIV,
            api_client(),
            "GET",
            f"{address}/api/query",
            params={
                "search_query": " OR ".join(f"all:{word}" for word in words),
                "sortBy": "relevance",
                "max_results": min(limit, _MOST_RESULTS),
            },
            seconds=self.timeout,
        )
        # A large feed takes most of a second, in which nothing else would run.
        return await asyncio.to_thread(_hits, whole(ARXIV, fetched), limit)

    async def read(self, hit: Hit) -> Passage:
        """Return the abstract, which came with the search: no request is made."""
        return passage_of(hit["title"], hit["url"], hit["text"])

    async def _wait_turn(self, address: str) -> None:
        if not _OF_ARXIV.match(address):
            return
        try:
            await _pace().wait_turn(at_most=self.timeout)
        except TimeoutError as error:
            raise SourceTimeout(
                f"{ARXIV.name} takes a request in three seconds: {error}"
            ) from error


@cache
def _pace() -> Pace:
    return Pace(_SECONDS_BETWEEN_REQUESTS)


def _hits(content: bytes, limit: int) -> list[Hit]:
    return [_hit(entry) for entry in _feed(content).findall("atom:entry", _ATOM)[:limit]]


def _feed(content: bytes) -> Element:
    try:
        feed: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise SourceAnswerUnusable(f"{ARXIV.name} answered with what is no Atom feed") from error
    if feed.tag != f"{{{_ATOM['atom']}}}feed":
        raise SourceAnswerUnusable(f"{ARXIV.name} answered with what is no Atom feed")
    return feed


def _hit(entry: Element) -> Hit:
    address, title, summary = (_member(entry, name) for name in ("id", "title", "summary"))
    if "/api/errors" in address:  # a feed of one entry, with status 200 (user manual, "Errors")
        raise SourceAnswerUnusable(f"{ARXIV.name} answered with an error ({summary[:200]})")
    return hit_of(title, address.replace("http://", "https://", 1), summary)


def _member(entry: Element, name: str) -> str:
    text = entry.findtext(f"atom:{name}", namespaces=_ATOM)
    if text is None:
        raise SourceAnswerUnusable(f"{ARXIV.name} answered out of shape: an entry has no {name}")
    return " ".join(text.split())
