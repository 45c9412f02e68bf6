"""A city by the words a traveller uses for it."""

from graphs.adapters.errors import SourceError
from graphs.trip_plan.offers import Place
from graphs.trip_plan.providers.airports import airport_of
from graphs.trip_plan.providers.catalogue import sample_place
from graphs.trip_plan.providers.duffel import Duffel
from graphs.trip_plan.providers.geocoding import geocode


class PlaceUnknown(LookupError):
    """Nobody knows a place of that name."""


async def find_place(text: str) -> Place:
    """Return the place that `text` names, `City` or `City, country`.

    Cities of the sample catalogue are known without a network. Of other places the airport is
    known when Duffel's key is set and Duffel knows it.

    Raises:
        PlaceUnknown: there is no such place.
        SourceError: who might know it cannot answer.
    """
    if place := await sample_place(text):
        return place
    place = await geocode(text)
    if place is None:
        raise PlaceUnknown(f"there is no place called {text!r}: try `City, country`")
    return place.model_copy(update={"airport": await _airport(place)})


async def _airport(place: Place) -> str | None:
    if not Duffel.is_configured():
        return None
    try:
        return await airport_of(place)
    except SourceError:
        return None  # a trip has more to it than flights, and their search will say what is wrong
