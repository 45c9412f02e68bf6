"""The items of a feed: RSS 0.9 to 2.0 (rssboard.org/rss-specification) and Atom (RFC 4287)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from graphs.adapters.errors import SourceAnswerUnusable

_ROOTS = frozenset({"rss", "RDF", "feed"})
_ITEMS = frozenset({"item", "entry"})
_TEXTS = ("encoded", "content", "description", "summary")
"""Where the text of an item is, the longest first as a rule."""

_DATES = ("published", "pubDate", "date", "updated")
_MOST_ITEMS = 500
"""Of a feed, from its beginning: the newest, as feeds are written."""

_TAG = re.compile(r"<[^<>]{0,1000}>")


@dataclass(frozen=True)
class NewsItem:
    """One item of a feed. `html` is its text as it was sent; `published` None where unknown."""

    title: str
    url: str
    html: str
    published: datetime | None


def items_of(name: str, content: bytes, address: str) -> list[NewsItem]:
    """Return the items with a title and an address of the web; `address` is the feed's own.

    Raises:
        SourceAnswerUnusable: it is no feed.
    """
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise SourceAnswerUnusable(f"{name} is no RSS or Atom feed") from error
    if _local(root) not in _ROOTS:
        raise SourceAnswerUnusable(f"{name} is no RSS or Atom feed")
    entries = islice((one for one in root.iter() if _local(one) in _ITEMS), _MOST_ITEMS)
    return [item for entry in entries if (item := _item(entry, address)) is not None]


def _item(entry: Element, address: str) -> NewsItem | None:
    title = " ".join(_TAG.sub("", unescape(_text(entry, "title"))).split())
    url = _web_address(_link(entry), address)
    if not title or url is None:
        return None
    html = next(filter(None, (_text(entry, name) for name in _TEXTS)), "")
    dates = (_date(_text(entry, name)) for name in _DATES)
    return NewsItem(title, url, html, next(filter(None, dates), None))


def _link(entry: Element) -> str:
    """Return where the item itself is: Atom has links to other things, too."""
    for link in _children(entry, "link"):
        if (href := link.get("href")) is not None:
            if link.get("rel", "alternate") == "alternate":
                return href
        elif link.text:
            return link.text.strip()
    return ""


def _web_address(link: str, address: str) -> str | None:
    try:
        url = urljoin(address, link)
        parts = urlsplit(url)
    except ValueError:
        return None
    is_of_the_web = bool(link) and parts.scheme in ("http", "https") and bool(parts.netloc)
    return url if is_of_the_web else None


def _date(text: str) -> datetime | None:
    """Read a date of RSS (RFC 822) or Atom (RFC 3339); one without a zone is in UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return None


def _text(entry: Element, name: str) -> str:
    """Return what stands in a child, also between the tags of one that is XHTML."""
    for child in _children(entry, name):
        if text := "".join(child.itertext()).strip():
            return text
    return ""


def _children(entry: Element, name: str) -> Iterator[Element]:
    return (child for child in entry if _local(child) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
