"""What is asked of the providers of a trip, and what they offer.

Offers are Pydantic models, for they come from outside; in graph state they travel as plain JSON.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from graphs.trip_plan.money import Money

MOST_OFFERS = 20
"""No search returns more; the cheapest first, events by their day."""

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
"""A code of ISO 3166."""

Airport = Annotated[str, Field(pattern="^[A-Z]{3}$")]
"""A code of IATA, of an airport or of a city."""


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {zone[:50]!r}") from error
    return zone


Zone = Annotated[str, AfterValidator(_known)]
"""A time zone of IANA, such as Europe/Lisbon."""


class Place(BaseModel):
    """A city, where it lies, and the airport that serves it."""

    name: str
    country: Country
    latitude: float
    longitude: float
    timezone: Zone

    airport: Airport | None
    """The airport or city code to fly to; None where nobody could name one."""


@dataclass(frozen=True)
class Trip:
    """The question that every provider is asked."""

    origin: str | None
    """Where the trip begins and ends, by its code of IATA; flights are only searched with one, and
    with the destination's."""

    destination: Place
    start: date
    """The day the outbound flight departs."""

    end: date
    """The day the inbound flight departs; the last night ends on it."""

    travellers: int
    currency: str
    """Of every price; an offer in another one is left out, never converted."""

    @property
    def nights(self) -> int:
        return (self.end - self.start).days


class Flight(BaseModel):
    """One way of a journey."""

    id: str
    airline: str
    number: str
    origin: Airport
    destination: Airport
    departs: AwareDatetime
    """In the zone of the airport it leaves."""

    arrives: AwareDatetime
    """In the zone of the airport it reaches."""

    stops: int
    price: Money
    """Of the whole party, one way."""

    source: str


class FlightPair(BaseModel):
    """There and back, as a search returns them, since a return fare is one price."""

    outbound: Flight
    inbound: Flight
    price: Money
    """Of the whole party, both ways."""


class Hotel(BaseModel):
    """A room, or as many as the party needs, for the whole stay."""

    id: str
    name: str
    stars: int | None
    check_in: date
    check_out: date
    price: Money
    """Of the whole stay and party."""

    refundable: bool | None
    source: str


class Event(BaseModel):
    """Something that happens at the destination."""

    id: str
    name: str
    venue: str
    starts: AwareDatetime | None
    """In the zone of its place; None where the hour is not known."""

    date: date
    """The day there."""

    price: Money | None
    """Per person, the least; None where it is not known."""

    url: str | None
    source: str
