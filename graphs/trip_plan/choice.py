"""Which offers make the trip: the cheapest that fit its dates, and events while the budget lasts.

Reckoned in exact decimals of one currency; no model has a say in it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from graphs.trip_plan.money import Money, total
from graphs.trip_plan.offers import Event, FlightPair, Hotel, Trip

MOST_EVENTS = 8
"""And one a day at most."""

AFTER_LANDING = timedelta(hours=2)
BEFORE_TAKE_OFF = timedelta(hours=5)
"""An event's end is not known; it begins this long before the flight home at the latest."""

Priced = TypeVar("Priced", FlightPair, Hotel, Event)


class Choice(BaseModel):
    """The offers taken, and what they cost the whole party."""

    flights: FlightPair | None
    hotel: Hotel | None
    events: list[Event]
    """In the order of their days; those of unknown price are not in the total."""

    total: Money
    left: Money
    """Of the budget; below zero where even the cheapest flights and hotel cost more."""


class Offers(BaseModel):
    """What the providers found; nothing where they failed."""

    flights: list[FlightPair] = Field(default_factory=list)
    hotels: list[Hotel] = Field(default_factory=list)
    events: list[Event] = Field(default_factory=list)


def choose(trip: Trip, budget: Money, offers: Offers, *, interests: Iterable[str] = ()) -> Choice:
    """Take the cheapest flights and hotel, then events: what interests first, then the cheapest.

    With nothing left of the budget, events that cost nothing are still taken. Offers in another
    currency than the trip's, or on other days, never are.

    Raises:
        CurrencyMismatch: the budget is in another currency than the trip.
    """
    flights = min(_fitting_flights(trip, offers.flights), key=_by_fare, default=None)
    hotel = min(_fitting_hotels(trip, offers.hotels), key=_by_rate, default=None)
    base = total((one.price for one in (flights, hotel) if one), trip.currency)
    there = [
        event
        for event in in_currency(offers.events, trip.currency)
        if _is_there(trip, flights, event)
    ]
    events, spent = _affordable(trip, budget, base, sorted(there, key=_by_interest(interests)))
    return Choice(flights=flights, hotel=hotel, events=events, total=spent, left=budget - spent)


def in_currency(offers: Iterable[Priced], currency: str) -> list[Priced]:
    """Return the offers whose price is in this currency, or not known."""
    return [one for one in offers if one.price is None or one.price.currency == currency]


def local_start(event: Event, trip: Trip) -> datetime | None:
    """Return when an event starts by the destination's clocks; None where nobody says."""
    return event.starts and event.starts.astimezone(ZoneInfo(trip.destination.timezone))


def local_day(event: Event, trip: Trip) -> date:
    """Return an event's day at the destination."""
    starts = local_start(event, trip)
    return starts.date() if starts else event.date


def _fitting_flights(trip: Trip, pairs: Iterable[FlightPair]) -> Iterator[FlightPair]:
    for pair in in_currency(pairs, trip.currency):
        days = pair.outbound.departs.date(), pair.inbound.departs.date()
        if days == (trip.start, trip.end) and pair.outbound.arrives < pair.inbound.departs:
            yield pair


def _fitting_hotels(trip: Trip, hotels: Iterable[Hotel]) -> Iterator[Hotel]:
    for hotel in in_currency(hotels, trip.currency):
        if (hotel.check_in, hotel.check_out) == (trip.start, trip.end):
            yield hotel


def _is_there(trip: Trip, flights: FlightPair | None, event: Event) -> bool:
    """Whether the travellers are at the destination; on a day of travel an hour must be known."""
    starts, day = local_start(event, trip), local_day(event, trip)
    if flights is None:
        return trip.start <= day <= trip.end
    landing, take_off = flights.outbound.arrives, flights.inbound.departs
    if starts is None:
        return landing.date() < day < take_off.date()
    # In UTC: within one zone Python reckons by the clocks on the wall, which may skip an hour.
    earliest = landing.astimezone(UTC) + AFTER_LANDING
    return earliest <= starts.astimezone(UTC) <= take_off.astimezone(UTC) - BEFORE_TAKE_OFF


def _affordable(
    trip: Trip, budget: Money, spent: Money, events: Iterable[Event]
) -> tuple[list[Event], Money]:
    """Take one event a day while the budget lasts; return them by day, and what is spent then."""
    by_day: dict[date, Event] = {}
    for event in events:
        price = event.price or Money(amount=Decimal(0), currency=trip.currency)
        cost = price.times(trip.travellers)
        is_free = event.price is not None and not cost.amount
        day = local_day(event, trip)
        if day not in by_day and (is_free or spent + cost <= budget):
            by_day[day] = event
            spent += cost
        if len(by_day) == MOST_EVENTS:
            break
    return [by_day[day] for day in sorted(by_day)], spent


def _by_fare(pair: FlightPair) -> tuple[Decimal, int, datetime]:
    return pair.price.amount, pair.outbound.stops + pair.inbound.stops, pair.outbound.departs


def _by_rate(hotel: Hotel) -> tuple[Decimal, int]:
    return hotel.price.amount, -(hotel.stars or 0)


def _by_interest(
    interests: Iterable[str],
) -> Callable[[Event], tuple[bool, bool, Decimal, date]]:
    beginnings = "|".join(rf"\b{re.escape(word)}" for word in interests)
    wanted = re.compile(beginnings or "(?!)", re.IGNORECASE)

    def rank(event: Event) -> tuple[bool, bool, Decimal, date]:
        is_dull = wanted.search(f"{event.name} {event.venue}") is None
        price = event.price.amount if event.price else Decimal(0)
        return is_dull, event.price is None, price, event.date

    return rank
