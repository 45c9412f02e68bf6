"""The web, searched by the provider whose key is set."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from graphs.adapters.errors import SourceNotConfigured
from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.fetch import TIMEOUT
from graphs.adapters.http.public_network import AddressRule
from graphs.adapters.sources import Hit, Passage
from graphs.research.web import brave, tavily
from graphs.research.web.pages import read_hit
from graphs.research.web.settings import WebSettings


class _Search(Protocol):
    def __call__(
        self, settings: WebSettings, query: str, /, *, limit: int, seconds: float
    ) -> Awaitable[list[Hit]]: ...


_SEARCHES: dict[str, _Search] = {"tavily": tavily.search, "brave": brave.search}


def provider() -> str | None:
    """Return who searches, `tavily` or `brave`: Tavily when both keys are set, None with none."""
    settings = WebSettings.read()
    if settings.tavily_api_key:
        return "tavily"
    return "brave" if settings.brave_search_api_key else None


def is_configured() -> bool:
    """Whether a provider's key is set."""
    return provider() is not None


@dataclass(frozen=True)
class WebSearch:
    """Pages of the web.

    `timeout` is seconds per request. `may_reach` says which addresses a page may be at: public
    ones, unless told otherwise.
    """

    timeout: float = TIMEOUT
    may_reach: AddressRule = is_public

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        """Return at most `limit` pages, the best first.

        Raises:
            SourceNotConfigured: no provider's key is set.
            SourceError: the provider cannot answer.
        """
        name = provider()
        if name is None:
            raise SourceNotConfigured(
                "the web cannot be searched: set TAVILY_API_KEY or BRAVE_SEARCH_API_KEY"
            )
        search = _SEARCHES[name]
        return await search(WebSettings.read(), query, limit=limit, seconds=self.timeout)

    async def read(self, hit: Hit) -> Passage:
        """Return the page's text, or what the search said of it: see `read_hit`."""
        return await read_hit(hit, seconds=self.timeout, may_reach=self.may_reach)
