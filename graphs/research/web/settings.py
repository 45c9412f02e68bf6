"""Who searches the web: the provider whose key is set."""

from dataclasses import dataclass, field
from typing import Self

from graphs.adapters.environment import address_in, text_in


@dataclass(frozen=True)
class WebSettings:
    """The providers' keys and addresses."""

    tavily_api_key: str | None = field(default=None, repr=False)
    """`TAVILY_API_KEY`; with it the web is searched by Tavily."""

    brave_search_api_key: str | None = field(default=None, repr=False)
    """`BRAVE_SEARCH_API_KEY`; with it, and no key of Tavily, the web is searched by Brave."""

    tavily_url: str = "https://api.tavily.com"
    """`FANJOIN_TAVILY_URL`: Tavily's own, or a gateway to it."""

    brave_url: str = "https://api.search.brave.com"
    """`FANJOIN_BRAVE_URL`: Brave's own, or a gateway to it."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(
            tavily_api_key=text_in("TAVILY_API_KEY"),
            brave_search_api_key=text_in("BRAVE_SEARCH_API_KEY"),
            tavily_url=address_in("FANJOIN_TAVILY_URL", cls.tavily_url),
            brave_url=address_in("FANJOIN_BRAVE_URL", cls.brave_url),
        )
