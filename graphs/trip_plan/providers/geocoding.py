"""Places by name, from Open-Meteo's geocoding API (open-meteo.com/en/docs/geocoding-api).

It knows names of places only, not `City, country`: what stands behind a comma is looked for in
what it answers.
"""

from collections.abc import Sequence

from pydantic import BaseModel, Field, ValidationError

from graphs.adapters.http.fetch import Service
from graphs.trip_plan.offers import Place
from graphs.trip_plan.providers import open_meteo
from graphs.trip_plan.providers.countries import country_said

GEOCODING = Service("Open-Meteo's geocoding", "FANJOIN_OPEN_METEO_GEOCODING_URL", open_meteo.ACCESS)

_RESULTS = 5
_RESULTS_TO_SIFT = 100
"""The most there are; many a name is borne by dozens of places."""


class Match(BaseModel):
    """What is read of a result; a continent, say, has neither country nor zone."""

    name: str
    latitude: float
    longitude: float
    country_code: str = ""
    country: str = ""
    admin1: str = ""
    """The state or region."""

    timezone: str = ""

    def is_in(self, regions: Sequence[str]) -> bool:
        """Whether it lies in all of them, each a region's, state's or country's name or code."""
        around = {one.casefold() for one in (self.country_code, self.country, self.admin1)}
        return all(country_said(one) in around for one in regions)


class Answer(BaseModel):
    """What is read of an answer; it has no `results` when nothing was found."""

    results: list[Match] = Field(default_factory=list)


async def geocode(text: str) -> Place | None:
    """Return the likeliest place of that name, its airport unknown; None where there is none.

    `City, country` narrows a name down, as `City, region` and `City, region, country` do.

    Raises:
        SourceError: the service cannot answer.
    """
    name, *regions = [part.strip() for part in text.split(",") if part.strip()] or [text]
    params: dict[str, str | int] = {
        "name": name,
        "count": _RESULTS_TO_SIFT if regions else _RESULTS,
        "language": "en",
        "format": "json",
    }
    url = f"{open_meteo.OpenMeteoSettings.read().geocoding_url}/v1/search"
    matches = (await open_meteo.ask(GEOCODING, url, params, Answer)).results
    there = (match for match in matches if match.is_in(regions))
    return next((place for match in there if (place := _place(match))), None)


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
