"""Events by Ticketmaster (developer.ticketmaster.com, Discovery API v2, `GET events.json`).

It is asked by geohash, since its filter by latitude and longitude is deprecated, and by local time.
It covers North America, much of Europe, Australia and New Zealand; elsewhere it finds nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field

from graphs.adapters.environment import address_in, text_in
from graphs.adapters.errors import SourceNotConfigured
from graphs.adapters.http.fetch import TIMEOUT, Service, api_client, fetch
from graphs.trip_plan.money import Currency, Money
from graphs.trip_plan.offers import MOST_OFFERS, Event, Trip
from graphs.trip_plan.providers.answers import Fare, Name, parse_exactly
from graphs.trip_plan.providers.geohash import geohash
from graphs.trip_plan.providers.hidden_keys import hide_in_log

TICKETMASTER = Service("Ticketmaster", "FANJOIN_TICKETMASTER_URL", "TICKETMASTER_API_KEY")

_KEY = "apikey"
_KILOMETRES_AROUND = 25
_PAGE_SIZE = 100
"""More than are returned, so that each day gets its share."""

_NOT_TO_BE_HAD = frozenset({"offsale", "cancelled", "canceled", "postponed"})


class Start(BaseModel):
    """When an event begins, as far as it is settled."""

    day: date | None = Field(default=None, alias="localDate")
    clock: time | None = Field(default=None, alias="localTime")
    moment: AwareDatetime | None = Field(default=None, alias="dateTime")
    is_date_open: bool = Field(default=False, alias="dateTBA")
    may_date_change: bool = Field(default=False, alias="dateTBD")
    is_time_open: bool = Field(default=False, alias="timeTBA")
    has_no_time: bool = Field(default=False, alias="noSpecificTime")


class Status(BaseModel):
    """Whether there are tickets."""

    code: str = ""


class Dates(BaseModel):
    """What is read of an event's dates."""

    start: Start = Field(default_factory=Start)
    timezone: ZoneInfo | None = None
    status: Status = Field(default_factory=Status)


class PriceRange(BaseModel):
    """What tickets of one kind cost, as far as it is known."""

    currency: Currency | None = None
    least: Fare | None = Field(default=None, alias="min")


class Venue(BaseModel):
    """Where an event is."""

    name: Name = ""


class Venues(BaseModel):
    """The places of one event; the first is meant."""

    venues: list[Venue] = Field(default_factory=list)


class EventData(BaseModel):
    """What is read of an event."""

    id: str
    name: Name
    url: str = ""
    dates: Dates
    price_ranges: list[PriceRange] = Field(default_factory=list, alias="priceRanges")
    embedded: Venues = Field(default_factory=Venues, alias="_embedded")


class Embedded(BaseModel):
    """The events of a page."""

    events: list[EventData] = Field(default_factory=list)


class Page(BaseModel):
    """How many there are."""

    total: int = Field(alias="totalElements")


class Answer(BaseModel):
    """A page of results; it has no `_embedded` when nothing was found."""

    page: Page
    embedded: Embedded = Field(default_factory=Embedded, alias="_embedded")


@dataclass(frozen=True)
class TicketmasterSettings:
    """Access to Ticketmaster."""

    api_key: str | None = field(default=None, repr=False)
    """`TICKETMASTER_API_KEY`; with it events are searched by Ticketmaster."""

    url: str = "https://app.ticketmaster.com"
    """`FANJOIN_TICKETMASTER_URL`: Ticketmaster's own, or a gateway to it."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(
            api_key=text_in("TICKETMASTER_API_KEY"),
            url=address_in("FANJOIN_TICKETMASTER_URL", cls.url),
        )


@dataclass(frozen=True)
class Ticketmaster:
    """Events within 25 kilometres of a place; `timeout` is in seconds."""

    timeout: float = TIMEOUT

    name = "ticketmaster"

    @staticmethod
    def is_configured() -> bool:
        """Whether a key is set."""
        return TicketmasterSettings.read().api_key is not None

    async def search(self, trip: Trip) -> list[Event]:
        """Return at most `MOST_OFFERS` events whose day is settled and whose tickets are on sale.

        They are in the order of their days, and each day has one before another has two. A price
        in another currency than the trip's is left out, the event is not.

        Raises:
            SourceNotConfigured: no key is set.
            SourceError: Ticketmaster cannot answer.
        """
        settings = TicketmasterSettings.read()
        if not self.is_configured():
            raise SourceNotConfigured("events cannot be searched: set TICKETMASTER_API_KEY")
        hide_in_log(_KEY)
        fetched = await fetch(
            TICKETMASTER,
            api_client(),
            "GET",
            f"{settings.url}/discovery/v2/events.json",
            params={_KEY: settings.api_key or "", **_question(trip)},
            seconds=self.timeout,
        )
        data = parse_exactly(TICKETMASTER, Answer, fetched).embedded.events
        events = [event for one in data if (event := _event(one, trip)) is not None]
        return sorted(_spread(events)[:MOST_OFFERS], key=lambda event: event.date)


def _question(trip: Trip) -> dict[str, str | int]:
    return {
        "geoPoint": geohash(trip.destination.latitude, trip.destination.longitude),
        "radius": _KILOMETRES_AROUND,
        "unit": "km",
        "localStartDateTime": f"{trip.start}T00:00:00,{trip.end}T23:59:59",
        "locale": "en,*",
        "sort": "relevance,desc",
        "size": _PAGE_SIZE,
    }


def _event(data: EventData, trip: Trip) -> Event | None:
    """Return what can be gone to on one of the trip's days, else None."""
    start = data.dates.start
    is_fixed = not (start.is_date_open or start.may_date_change)
    is_to_be_had = data.dates.status.code.lower() not in _NOT_TO_BE_HAD
    if start.day is None or not (is_fixed and is_to_be_had):
        return None
    if not trip.start <= start.day <= trip.end:
        return None
    venues = data.embedded.venues
    return Event(
        id=data.id,
        name=data.name,
        venue=venues[0].name if venues else "",
        starts=_starts(data.dates, ZoneInfo(trip.destination.timezone)),
        date=start.day,
        price=_price(data.price_ranges, trip.currency),
        url=data.url if data.url.startswith("https://") else None,
        source=Ticketmaster.name,
    )


def _starts(dates: Dates, zone: ZoneInfo) -> datetime | None:
    """Return the moment in the event's zone, or in that of the destination if it names none."""
    start = dates.start
    if start.is_time_open or start.has_no_time:
        return None
    zone = dates.timezone or zone
    if start.moment is not None:
        return start.moment.astimezone(zone)
    if start.day is None or start.clock is None:
        return None
    return datetime.combine(start.day, start.clock, zone)


def _price(ranges: list[PriceRange], currency: str) -> Money | None:
    amounts = [one.least for one in ranges if one.currency == currency and one.least is not None]
    return Money(amount=min(amounts), currency=currency) if amounts else None


def _spread(events: Iterable[Event]) -> list[Event]:
    """Put each day's first event before any day's second; within that the order stays."""
    of_day: Counter[date] = Counter()
    ranked = []
    for event in events:
        ranked.append((of_day[event.date], event))
        of_day[event.date] += 1
    return [event for _, event in sorted(ranked, key=lambda pair: pair[0])]
