"""Pages of the web as text to read: HTML and plain text, from public addresses alone."""

import asyncio
from dataclasses import dataclass

import httpx2

from graphs.adapters.errors import AddressRefused, SourceAnswerUnusable, SourceError
from graphs.adapters.excerpts import excerpt
from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.fetch import MOST_REDIRECTS, Fetched, Service, fetch, page_client
from graphs.adapters.http.public_network import AddressRule
from graphs.adapters.sources import PASSAGE_CHARS, Hit, Passage, passage_of
from graphs.research.web.encodings import decode
from graphs.research.web.html import readable

_MOST_BYTES = 1_000_000
_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8"


@dataclass(frozen=True)
class Page:
    """What a page says; `text` is at most `PASSAGE_CHARS`, and never empty."""

    title: str
    text: str


async def read_page(url: str, *, seconds: float, may_reach: AddressRule = is_public) -> Page:
    """Return what a page says, as far as its first megabyte tells.

    Raises:
        AddressRefused: the address, or one it redirects to, is not on the public internet.
        SourceError: it cannot be had, or is neither HTML nor plain text (a PDF, say).
    """
    service = Service(f"the page at {_host(url)}")
    fetched = await fetch(
        service,
        page_client(may_reach),
        "GET",
        url,
        headers={"Accept": _ACCEPT},
        seconds=seconds,
        most_bytes=_MOST_BYTES,
        most_redirects=MOST_REDIRECTS,
    )
    page = await _text_of(service, fetched)
    if not page.text:
        raise SourceAnswerUnusable(f"{service.name} holds no text to read")
    return page


async def read_hit(hit: Hit, *, seconds: float, may_reach: AddressRule = is_public) -> Passage:
    """Return the text of the page that was found.

    Where the page cannot be read (it is gone, too slow, no text, or not on the public internet)
    what the search said of it stands in, if it said anything.

    Raises:
        SourceError: the page cannot be read, and the search said nothing of it.
    """
    try:
        page = await read_page(hit["url"], seconds=seconds, may_reach=may_reach)
    except SourceError:
        if not hit["text"].strip():
            raise
        return passage_of(hit["title"], hit["url"], hit["text"])
    return passage_of(page.title or hit["title"], hit["url"], page.text)


async def _text_of(service: Service, fetched: Fetched) -> Page:
    # A large page takes a while, in which nothing else would run.
    if fetched.media_type == "text/plain":
        return await asyncio.to_thread(_plain, fetched)
    if fetched.media_type in _HTML:
        return await asyncio.to_thread(_html, fetched)
    raise SourceAnswerUnusable(f"{service.name} is {fetched.media_type}, which is not read")


def _plain(fetched: Fetched) -> Page:
    text = decode(fetched.content, fetched.charset)
    return Page("", excerpt(text.strip(), PASSAGE_CHARS))


def _html(fetched: Fetched) -> Page:
    html = decode(fetched.content, fetched.charset, is_html=True)
    return Page(*readable(html, PASSAGE_CHARS))


def _host(url: str) -> str:
    """Return the host of a URL; raise AddressRefused unless it is one of the web."""
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise AddressRefused("a page's address is malformed") from error
    if parts.scheme not in ("http", "https") or not parts.host:
        raise AddressRefused(f"a page's address is not http or https, but {parts.scheme!r}")
    return parts.host
