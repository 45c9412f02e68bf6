"""Offers for the trip at hand, to be changed as a test needs them."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from graphs.trip_plan.money import Money
from graphs.trip_plan.offers import Event, Flight, FlightPair, Hotel
from tests.graphs.trip_plan.trips_at_hand import TRIP

LONDON_TIME = ZoneInfo("Europe/London")
LISBON_TIME = ZoneInfo("Europe/Lisbon")


def money(amount: str | int, currency: str = "EUR") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def at(day: date, clock: str, zone: ZoneInfo = LISBON_TIME) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone)


def flight(departs: datetime, arrives: datetime, **changes: Any) -> Flight:
    return Flight(
        **{
            "id": "f",
            "airline": "Some Air",
            "number": "SA 1",
            "origin": "LHR",
            "destination": "LIS",
            "departs": departs,
            "arrives": arrives,
            "stops": 0,
            "price": money(100),
            "source": "duffel",
        }
        | changes
    )


OUTBOUND = flight(at(TRIP.start, "09:00", LONDON_TIME), at(TRIP.start, "11:40"))
INBOUND = flight(
    at(TRIP.end, "18:00"),
    at(TRIP.end, "20:40", LONDON_TIME),
    number="SA 2",
    origin="LIS",
    destination="LHR",
)


def pair(
    price: str | int = 200,
    *,
    outbound: Flight = OUTBOUND,
    inbound: Flight = INBOUND,
    currency: str = "EUR",
) -> FlightPair:
    return FlightPair(outbound=outbound, inbound=inbound, price=money(price, currency))


def hotel(price: str | int = 300, *, currency: str = "EUR", **changes: Any) -> Hotel:
    return Hotel(
        **{
            "id": "h",
            "name": "Some Hotel",
            "stars": 3,
            "check_in": TRIP.start,
            "check_out": TRIP.end,
            "price": money(price, currency),
            "refundable": True,
            "source": "liteapi",
        }
        | changes
    )


def event(
    name: str = "Some music",
    *,
    day: date = date(2027, 3, 28),
    clock: str | None = "21:00",
    price: str | int | None = 20,
    currency: str = "EUR",
    **changes: Any,
) -> Event:
    return Event(
        **{
            "id": name,
            "name": name,
            "venue": "Some Hall",
            "starts": at(day, clock) if clock else None,
            "date": day,
            "price": None if price is None else money(price, currency),
            "url": None,
            "source": "ticketmaster",
        }
        | changes
    )
