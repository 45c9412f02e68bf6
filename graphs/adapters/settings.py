"""What the adapters read from the environment: keys, addresses, and where data lives.

Read anew whenever a source is used, since the environment is all a graph has under Studio.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class AdapterSettings:
    """Where the sources are; an empty variable counts as unset."""

    tavily_api_key: str | None = field(default=None, repr=False)
    """`TAVILY_API_KEY`; with it the web is searched by Tavily."""

    brave_search_api_key: str | None = field(default=None, repr=False)
    """`BRAVE_SEARCH_API_KEY`; with it, and no key of Tavily, the web is searched by Brave."""

    wikipedia_url: str = "https://en.wikipedia.org"
    """`FANJOIN_WIKIPEDIA_URL`: the language edition to read, or another MediaWiki."""

    arxiv_url: str = "https://export.arxiv.org"
    """`FANJOIN_ARXIV_URL`: arXiv's own, or a gateway to it."""

    tavily_url: str = "https://api.tavily.com"
    """`FANJOIN_TAVILY_URL`: Tavily's own, or a gateway to it."""

    brave_url: str = "https://api.search.brave.com"
    """`FANJOIN_BRAVE_URL`: Brave's own, or a gateway to it."""

    contact: str | None = None
    """`FANJOIN_CONTACT`: a mail address or page where whoever runs this can be reached; told to
    the sources in the User-Agent, as Wikipedia's policy asks."""

    data_dir: Path = Path(".data")
    """`FANJOIN_DATA_DIR`: where the indexed documents are kept."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(
            tavily_api_key=_text("TAVILY_API_KEY"),
            brave_search_api_key=_text("BRAVE_SEARCH_API_KEY"),
            wikipedia_url=_address("FANJOIN_WIKIPEDIA_URL", cls.wikipedia_url),
            arxiv_url=_address("FANJOIN_ARXIV_URL", cls.arxiv_url),
            tavily_url=_address("FANJOIN_TAVILY_URL", cls.tavily_url),
            brave_url=_address("FANJOIN_BRAVE_URL", cls.brave_url),
            contact=_text("FANJOIN_CONTACT"),
            data_dir=Path(_text("FANJOIN_DATA_DIR") or cls.data_dir),
        )


def _text(variable: str) -> str | None:
    return os.environ.get(variable, "").strip() or None


def _address(variable: str, default: str) -> str:
    return (_text(variable) or default).rstrip("/")
