"""Sample offers from an embedded SQLite catalogue (`samples.sql`), for trips with no key set.

A few cities, flights between any two of them, hotels and events in each: made up, the same for
the same dates, in euros only. Every offer's `source` says `sample`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from graphs.adapters.errors import SourceError
from graphs.trip_plan.errors import NoOfferInCurrency
from graphs.trip_plan.money import Money
from graphs.trip_plan.offers import (
    MOST_OFFERS,
    Event,
    Flight,
    FlightPair,
    Hotel,
    Place,
    Trip,
)
from graphs.trip_plan.providers.countries import country_said

SAMPLE = "sample"
CURRENCY = "EUR"

_KM_PER_HOUR = 780
_ON_THE_GROUND = timedelta(minutes=35)
_ROOM_SLEEPS = 2

Answer = TypeVar("Answer")


class NotInSamples(SourceError, LookupError):
    """The samples have nothing of this place."""


async def sample_place(text: str) -> Place | None:
    """Return the city that is called so, alone or as `city, country`; None where there is none."""
    return await asyncio.to_thread(_read, lambda catalogue: _place(catalogue, text))


async def sample_flights(trip: Trip) -> list[FlightPair]:
    """Return ways there and back, the cheapest first; raise SourceError."""
    return await asyncio.to_thread(_read, lambda catalogue: _pairs(catalogue, trip))


async def sample_hotels(trip: Trip) -> list[Hotel]:
    """Return the hotels of the city, the cheapest first; raise SourceError."""
    return await asyncio.to_thread(_read, lambda catalogue: _hotels(catalogue, trip))


async def sample_events(trip: Trip) -> list[Event]:
    """Return what happens in the city on the days of the trip, in order; raise SourceError."""
    return await asyncio.to_thread(_read, lambda catalogue: _events(catalogue, trip))


def _read(question: Callable[[sqlite3.Connection], Answer]) -> Answer:
    # Made anew each time, in a millisecond or two: nothing to share between threads, or to close.
    with closing(sqlite3.connect(":memory:")) as catalogue:
        catalogue.executescript(_script())
        catalogue.row_factory = sqlite3.Row
        return question(catalogue)


@cache
def _script() -> str:
    return Path(__file__).with_name("samples.sql").read_text(encoding="utf-8")


def _place(catalogue: sqlite3.Connection, text: str) -> Place | None:
    name, _, rest = text.partition(",")
    city, country = name.strip().casefold(), country_said(rest)
    for row in catalogue.execute("SELECT * FROM cities"):
        names = {row["name"].casefold(), (row["also"] or row["name"]).casefold()}
        countries = {"", row["country"].casefold(), row["country_name"].casefold()}
        if city in names and country in countries:
            return Place.model_validate(dict(row))
    return None


def _pairs(catalogue: sqlite3.Connection, trip: Trip) -> list[FlightPair]:
    _check_currency(trip)
    here = _city(catalogue, "airport = ?", trip.origin)
    there = _city(catalogue, "airport = ?", trip.destination.airport)
    pairs = [
        FlightPair(outbound=out, inbound=back, price=out.price + back.price)
        for out in _flights(catalogue, here, there, trip.start, trip.travellers)
        for back in _flights(catalogue, there, here, trip.end, trip.travellers)
    ]
    return sorted(pairs, key=lambda pair: pair.price.amount)[:MOST_OFFERS]


def _flights(
    catalogue: sqlite3.Connection, origin: Place, destination: Place, day: date, travellers: int
) -> Iterator[Flight]:
    distance = _kilometres(origin, destination)
    in_the_air = timedelta(minutes=round(distance / _KM_PER_HOUR * 60))
    for row in catalogue.execute("SELECT * FROM departures ORDER BY departs"):
        departs = _local(day, row["departs"], origin)
        lasts = _ON_THE_GROUND + in_the_air + timedelta(minutes=row["more_minutes"])
        arrives = (departs.astimezone(UTC) + lasts).astimezone(ZoneInfo(destination.timezone))
        fare = row["base_cents"] + row["cents_per_km"] * round(distance)
        yield Flight(
            id=f"{SAMPLE}-{row['number']}-{origin.airport}-{destination.airport}-{day}",
            airline=row["airline"],
            number=row["number"],
            origin=str(origin.airport),
            destination=str(destination.airport),
            departs=departs,
            arrives=arrives,
            stops=row["stops"],
            price=_money(fare * travellers),
            source=SAMPLE,
        )


def _hotels(catalogue: sqlite3.Connection, trip: Trip) -> list[Hotel]:
    _check_currency(trip)
    city = _city(catalogue, "name = ? AND country = ?", *_name(trip))
    rooms = -(-trip.travellers // _ROOM_SLEEPS)
    rows = catalogue.execute(
        """SELECT hotels.*, night_cents * level / 100 AS cents
        FROM hotels JOIN cities ON cities.name = ? ORDER BY cents LIMIT ?""",
        (city.name, MOST_OFFERS),
    )
    return [
        Hotel(
            id=f"{SAMPLE}-{city.name}-{row['name']}",
            name=f"{row['name']} {city.name}",
            stars=row["stars"],
            check_in=trip.start,
            check_out=trip.end,
            price=_money(row["cents"] * rooms * trip.nights),
            refundable=bool(row["is_refundable"]),
            source=SAMPLE,
        )
        for row in rows
    ]


def _events(catalogue: sqlite3.Connection, trip: Trip) -> list[Event]:
    _check_currency(trip)
    city = _city(catalogue, "name = ? AND country = ?", *_name(trip))
    weekly = catalogue.execute("SELECT * FROM events WHERE city = ?", (city.name,)).fetchall()
    days = (trip.start + timedelta(days=past) for past in range(trip.nights + 1))
    events = [
        Event(
            id=f"{SAMPLE}-{city.name}-{row['name']}-{day}",
            name=row["name"],
            venue=row["venue"],
            starts=_local(day, row["starts"], city) if row["starts"] else None,
            date=day,
            price=None if row["cents"] is None else _money(row["cents"]),
            url=None,
            source=SAMPLE,
        )
        for day in days
        for row in weekly
        if row["weekday"] == day.weekday()
    ]
    return events[:MOST_OFFERS]


def _name(trip: Trip) -> tuple[str, str]:
    return trip.destination.name, trip.destination.country


def _city(catalogue: sqlite3.Connection, condition: str, *values: str | None) -> Place:
    query = f"SELECT * FROM cities WHERE {condition}"  # noqa: S608  # the condition is one of ours
    row = catalogue.execute(query, values).fetchone()
    if row is None:
        cities = ", ".join(name for (name,) in catalogue.execute("SELECT name FROM cities"))
        raise NotInSamples(f"there are sample offers only for {cities}")
    return Place.model_validate(dict(row))


def _check_currency(trip: Trip) -> None:
    if trip.currency != CURRENCY:
        raise NoOfferInCurrency(f"the sample offers are in {CURRENCY}, not in {trip.currency}")


def _money(cents: int) -> Money:
    return Money(amount=Decimal(cents).scaleb(-2), currency=CURRENCY)


def _local(day: date, clock: str, place: Place) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(place.timezone))


def _kilometres(one: Place, other: Place) -> float:
    """Return the distance over the globe, by the haversine formula."""
    latitudes = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude) / 2
    half = sin((latitudes[1] - latitudes[0]) / 2) ** 2
    half += cos(latitudes[0]) * cos(latitudes[1]) * sin(across) ** 2
    return 2 * 6371 * asin(sqrt(half))
