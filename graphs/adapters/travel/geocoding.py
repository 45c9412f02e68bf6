"""Places by name, from Open-Meteo's geocoding API (open-meteo.com/en/docs/geocoding-api).

No key is needed for non-commercial use. `City, country` narrows a name down.
"""

from pydantic import BaseModel, Field, ValidationError

from graphs.adapters.http.fetch import TIMEOUT, Service, api_client, fetch, parse
from graphs.adapters.settings import AdapterSettings
from graphs.adapters.travel.offers import Place

GEOCODING = Service("Open-Meteo's geocoding", "FANJOIN_OPEN_METEO_GEOCODING_URL")

_RESULTS = 5


class Match(BaseModel):
    """What is read of a result; a continent, say, has neither country nor zone."""

    name: str
    latitude: float
    longitude: float
    country_code: str = ""
    timezone: str = ""


class Answer(BaseModel):
    """What is read of an answer; it has no `results` when nothing was found."""

    results: list[Match] = Field(default_factory=list)


async def geocode(text: str) -> Place | None:
    """Return the likeliest place of that name, its airport unknown; None where there is none.

    Raises:
        SourceError: the service cannot answer.
    """
    fetched = await fetch(
        GEOCODING,
        api_client(),
        "GET",
        f"{AdapterSettings.read().open_meteo_geocoding_url}/v1/search",
        params={"name": text, "count": _RESULTS, "language": "en", "format": "json"},
        seconds=TIMEOUT,
    )
    matches = parse(GEOCODING, Answer, fetched).results
    return next((place for match in matches if (place := _place(match))), None)


def _place(match: Match) -> Place | None:
    try:
        return Place(
            name=match.name,
            country=match.country_code,
            latitude=match.latitude,
            longitude=match.longitude,
            timezone=match.timezone,
            airport=None,
        )
    except ValidationError:
        return None
