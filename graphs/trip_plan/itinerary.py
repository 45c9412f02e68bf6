"""The days of a trip: what happens on each, by the clocks of the place where it happens."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from pydantic import BaseModel

from graphs.adapters.excerpts import excerpt
from graphs.trip_plan.choice import Choice, local_day, local_start
from graphs.trip_plan.offers import Event, Flight, Trip
from graphs.trip_plan.weather import DayWeather

_NAME_CHARS = 80


class Day(BaseModel):
    """One day of the trip."""

    date: date
    weather: str | None
    """At the destination; None where it is not known."""

    what: list[str]
    """In its order; empty on a day with nothing planned."""


def days_of(trip: Trip, choice: Choice, weather: Iterable[DayWeather]) -> list[Day]:
    """Return every day from the first departure or landing to the last, none left out."""
    happenings = sorted(_happenings(trip, choice), key=lambda one: one[0])
    skies = {one.day: str(one) for one in weather}
    first = min([trip.start, *(day for day, _ in happenings)])
    last = max([trip.end, *(day for day, _ in happenings)])
    return [
        Day(date=day, weather=skies.get(day), what=[what for on, what in happenings if on == day])
        for day in (first + timedelta(days=past) for past in range((last - first).days + 1))
    ]


def lines_of(days: Iterable[Day]) -> list[str]:
    """Return the days as short lines; free days that follow each other share one."""
    lines: list[str] = []
    for is_free, group in groupby(days, key=lambda day: not day.what):
        stretch = list(group)
        if is_free:
            span = _short(stretch[0].date)
            span += f" to {_short(stretch[-1].date)}" if len(stretch) > 1 else ""
            lines.append(f"{span}: nothing planned")
        else:
            lines += [_line(day) for day in stretch]
    return lines


def _line(day: Day) -> str:
    sky = f" ({day.weather})" if day.weather else ""
    return f"{_short(day.date)}{sky}: {'; '.join(day.what)}"


def _happenings(trip: Trip, choice: Choice) -> Iterator[tuple[date, str]]:
    """Tell what happens on which day, in the order of each day."""
    landing = trip.start
    if choice.flights:
        landing = choice.flights.outbound.arrives.date()
        yield from _flight(choice.flights.outbound)
    if choice.hotel:
        name = _one_line(choice.hotel.name)
        yield max(landing, choice.hotel.check_in), f"check in at {name}"
        yield choice.hotel.check_out, f"check out of {name}"
    for event in choice.events:
        yield local_day(event, trip), _event(event, trip)
    if choice.flights:
        yield from _flight(choice.flights.inbound)


def _flight(flight: Flight) -> Iterator[tuple[date, str]]:
    number = f"{flight.departs:%H:%M} flight {flight.number} from {flight.origin}"
    landing = f"land in {flight.destination} at {flight.arrives:%H:%M}"
    if flight.departs.date() == flight.arrives.date():
        yield flight.departs.date(), f"{number}, {landing}"
    else:
        yield flight.departs.date(), number
        yield flight.arrives.date(), landing


def _event(event: Event, trip: Trip) -> str:
    starts = local_start(event, trip)
    hour = f"{starts:%H:%M} " if starts else "at an hour not announced: "
    price = "price not known"
    if event.price is not None:
        price = f"{event.price} each" if event.price.amount else "free"
    names = filter(None, (_one_line(event.name), _one_line(event.venue)))
    return f"{hour}{', '.join(names)} ({price})"


def _one_line(name: str) -> str:
    return excerpt(" ".join(name.split()), _NAME_CHARS)


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
