"""Open-Meteo over HTTP: for non-commercial use without a key, for any other with a customer's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from graphs.adapters.environment import address_in, text_in
from graphs.adapters.http.fetch import TIMEOUT, Service, Shape, api_client, fetch, parse
from graphs.trip_plan.providers.hidden_keys import hide_in_log

ACCESS = "OPEN_METEO_API_KEY"
_KEY = "apikey"


@dataclass(frozen=True)
class OpenMeteoSettings:
    """Access to Open-Meteo; a customer has other addresses than the public."""

    api_key: str | None = field(default=None, repr=False)
    """`OPEN_METEO_API_KEY`: of a customer of Open-Meteo, whose use may be commercial; with it the
    three addresses below are those for customers."""

    url: str = "https://api.open-meteo.com"
    """`FANJOIN_OPEN_METEO_URL`: Open-Meteo's forecast, or a gateway to it."""

    archive_url: str = "https://archive-api.open-meteo.com"
    """`FANJOIN_OPEN_METEO_ARCHIVE_URL`: Open-Meteo's weather of the past, or a gateway to it."""

    geocoding_url: str = "https://geocoding-api.open-meteo.com"
    """`FANJOIN_OPEN_METEO_GEOCODING_URL`: Open-Meteo's places by name, or a gateway to it."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        key = text_in("OPEN_METEO_API_KEY")
        prefix = "https://customer-" if key else "https://"

        def address(variable: str, default: str) -> str:
            return address_in(variable, default.replace("https://", prefix))

        return cls(
            api_key=key,
            url=address("FANJOIN_OPEN_METEO_URL", cls.url),
            archive_url=address("FANJOIN_OPEN_METEO_ARCHIVE_URL", cls.archive_url),
            geocoding_url=address("FANJOIN_OPEN_METEO_GEOCODING_URL", cls.geocoding_url),
        )


async def ask(
    service: Service, url: str, params: Mapping[str, str | int], shape: type[Shape]
) -> Shape:
    """Return the answer as a `shape`; a key that is set goes along.

    Raises:
        SourceError: the service cannot answer.
    """
    key = OpenMeteoSettings.read().api_key
    hide_in_log(_KEY)
    sent = {**params, _KEY: key} if key else params
    return parse(
        service,
        shape,
        await fetch(service, api_client(), "GET", url, params=sent, seconds=TIMEOUT),
    )
