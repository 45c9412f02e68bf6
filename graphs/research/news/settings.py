"""Which news are read."""

from dataclasses import dataclass
from typing import Self

from graphs.adapters.environment import text_in
from graphs.adapters.errors import SourceNotConfigured

MOST_FEEDS = 20


@dataclass(frozen=True)
class NewsSettings:
    """Where the feeds are."""

    news_feeds: str | None = None
    """`FANJOIN_NEWS_FEEDS`; the RSS and Atom feeds that news are read from, separated by commas,
    at most 20. Without it a sample is read."""

    @property
    def addresses(self) -> list[str]:
        """The feeds' addresses, each once.

        Raises:
            SourceNotConfigured: they are too many, or one is no address of the web.
        """
        texts = [text.strip() for text in (self.news_feeds or "").split(",")]
        addresses = list(dict.fromkeys(filter(None, texts)))
        if len(addresses) > MOST_FEEDS:
            raise SourceNotConfigured(
                f"FANJOIN_NEWS_FEEDS has {len(addresses)} feeds: name at most {MOST_FEEDS}"
            )
        for address in addresses:
            if not address.lower().startswith(("http://", "https://")):
                raise SourceNotConfigured(
                    f"FANJOIN_NEWS_FEEDS has {address[:100]!r}: name feeds by http(s) addresses"
                )
        return addresses

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(news_feeds=text_in("FANJOIN_NEWS_FEEDS"))
