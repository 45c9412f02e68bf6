"""The airport of a place, from Duffel's place suggestions (duffel.com/docs/api/places)."""

from pydantic import BaseModel

from graphs.adapters.http.fetch import Service, parse
from graphs.trip_plan.offers import Airport, Country, Place
from graphs.trip_plan.providers import duffel_api

PLACES = Service("Duffel's places", "FANJOIN_DUFFEL_URL", "DUFFEL_ACCESS_TOKEN")


class Suggestion(BaseModel):
    """What is read of a suggestion: a city, or an airport in one."""

    name: str
    city_name: str | None = None
    iata_code: Airport
    iata_country_code: Country


class Answer(BaseModel):
    """The suggestions, the likeliest first."""

    data: list[Suggestion]


async def airport_of(place: Place) -> str | None:
    """Return the code of the place's airport, or of the city where it has several.

    None where Duffel knows none.

    Raises:
        SourceError: Duffel cannot answer.
    """
    fetched = await duffel_api.ask(PLACES, "GET", "places/suggestions", params={"name": place.name})
    name = place.name.casefold()
    for one in parse(PLACES, Answer, fetched).data:
        is_there = name in (one.name.casefold(), (one.city_name or "").casefold())
        if is_there and one.iata_country_code == place.country:
            return one.iata_code
    return None
