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

    open_meteo_api_key: str | None = field(default=None, repr=False)
    """`OPEN_METEO_API_KEY`: of a customer of Open-Meteo, whose use may be commercial; with it the
    three addresses below are those for customers."""

    open_meteo_url: str = "https://api.open-meteo.com"
    """`FANJOIN_OPEN_METEO_URL`: Open-Meteo's forecast, or a gateway to it."""

    open_meteo_archive_url: str = "https://archive-api.open-meteo.com"
    """`FANJOIN_OPEN_METEO_ARCHIVE_URL`: Open-Meteo's weather of the past, or a gateway to it."""

    open_meteo_geocoding_url: str = "https://geocoding-api.open-meteo.com"
    """`FANJOIN_OPEN_METEO_GEOCODING_URL`: Open-Meteo's places by name, or a gateway to it."""

    image_model: str | None = None
    """`FANJOIN_IMAGE_MODEL`: with it pictures are made by this model of OpenAI's images API, at the
    server of the chat model (say `gpt-image-2.5-flare` at OpenAI); without it they are drawn."""

    vision_model: str | None = None
    """`FANJOIN_VISION_MODEL`: with it images are looked at by this model, at the server of the chat
    model; without it they are only measured."""

    duffel_access_token: str | None = field(default=None, repr=False)
    """`DUFFEL_ACCESS_TOKEN`; with it flights are searched by Duffel; a test token's are made up."""

    liteapi_api_key: str | None = field(default=None, repr=False)
    """`LITEAPI_API_KEY`; with it hotels are searched by LiteAPI; a sandbox key's are test data."""

    ticketmaster_api_key: str | None = field(default=None, repr=False)
    """`TICKETMASTER_API_KEY`; with it events are searched by Ticketmaster."""

    duffel_url: str = "https://api.duffel.com"
    """`FANJOIN_DUFFEL_URL`: Duffel's own, or a gateway to it."""

    liteapi_url: str = "https://api.liteapi.travel"
    """`FANJOIN_LITEAPI_URL`: LiteAPI's own, or a gateway to it."""

    ticketmaster_url: str = "https://app.ticketmaster.com"
    """`FANJOIN_TICKETMASTER_URL`: Ticketmaster's own, or a gateway to it."""

    guest_nationality: str = "US"
    """`FANJOIN_GUEST_NATIONALITY`: whose hotel rates LiteAPI quotes, a country of ISO 3166."""

    content_database_url: str | None = field(default=None, repr=False)
    """`FANJOIN_CONTENT_DATABASE_URL`: where blocked authors, publications and blocked terms are
    looked up, `postgresql://user:password@host/name` or `sqlite:///content.db`."""

    moderation_model: str | None = None
    """`FANJOIN_MODERATION_MODEL`: the model of the moderation endpoint, for a server other than
    OpenAI's own that has one."""

    contact: str | None = None
    """`FANJOIN_CONTACT`: a mail address or page where whoever runs this can be reached; told to
    the sources in the User-Agent, as Wikipedia's policy asks."""

    data_dir: Path = Path(".data")
    """`FANJOIN_DATA_DIR`: where the indexed documents are kept."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        is_customer = _text("OPEN_METEO_API_KEY") is not None
        return cls(
            tavily_api_key=_text("TAVILY_API_KEY"),
            brave_search_api_key=_text("BRAVE_SEARCH_API_KEY"),
            wikipedia_url=_address("FANJOIN_WIKIPEDIA_URL", cls.wikipedia_url),
            arxiv_url=_address("FANJOIN_ARXIV_URL", cls.arxiv_url),
            tavily_url=_address("FANJOIN_TAVILY_URL", cls.tavily_url),
            brave_url=_address("FANJOIN_BRAVE_URL", cls.brave_url),
            open_meteo_api_key=_text("OPEN_METEO_API_KEY"),
            open_meteo_url=_address(
                "FANJOIN_OPEN_METEO_URL", _open_meteo(cls.open_meteo_url, is_customer)
            ),
            open_meteo_archive_url=_address(
                "FANJOIN_OPEN_METEO_ARCHIVE_URL",
                _open_meteo(cls.open_meteo_archive_url, is_customer),
            ),
            open_meteo_geocoding_url=_address(
                "FANJOIN_OPEN_METEO_GEOCODING_URL",
                _open_meteo(cls.open_meteo_geocoding_url, is_customer),
            ),
            image_model=_text("FANJOIN_IMAGE_MODEL"),
            vision_model=_text("FANJOIN_VISION_MODEL"),
            duffel_access_token=_text("DUFFEL_ACCESS_TOKEN"),
            liteapi_api_key=_text("LITEAPI_API_KEY"),
            ticketmaster_api_key=_text("TICKETMASTER_API_KEY"),
            duffel_url=_address("FANJOIN_DUFFEL_URL", cls.duffel_url),
            liteapi_url=_address("FANJOIN_LITEAPI_URL", cls.liteapi_url),
            ticketmaster_url=_address("FANJOIN_TICKETMASTER_URL", cls.ticketmaster_url),
            guest_nationality=_text("FANJOIN_GUEST_NATIONALITY") or cls.guest_nationality,
            content_database_url=_text("FANJOIN_CONTENT_DATABASE_URL"),
            moderation_model=_text("FANJOIN_MODERATION_MODEL"),
            contact=_text("FANJOIN_CONTACT"),
            data_dir=Path(_text("FANJOIN_DATA_DIR") or cls.data_dir),
        )


def _text(variable: str) -> str | None:
    return os.environ.get(variable, "").strip() or None


def _open_meteo(address: str, is_customer: bool) -> str:
    """Return the address that open-meteo.com/en/docs names for whoever asks."""
    return address.replace("https://", "https://customer-") if is_customer else address


def _address(variable: str, default: str) -> str:
    return (_text(variable) or default).rstrip("/")
