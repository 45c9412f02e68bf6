"""The plan of a trip: what is chosen of what was found, and what becomes of each day."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

from graphs.trip_plan.choice import Choice, Offers, choose
from graphs.trip_plan.itinerary import Day, days_of
from graphs.trip_plan.money import Money
from graphs.trip_plan.offers import Trip
from graphs.trip_plan.remarks import remarks
from graphs.trip_plan.weather import DayWeather

Kind: TypeAlias = Literal["flights", "hotels", "events", "weather"]


class SearchResults(Offers):
    """All that was found; nothing where a search failed."""

    weather: list[DayWeather] = Field(default_factory=list)


class Plan(BaseModel):
    """A trip by its days, and the offers it is made of."""

    days: list[Day]
    chosen: Choice
    notes: list[str]
    """What is made up, left out or uncertain."""


def make_plan(trip: Trip, budget: Money, results: SearchResults, interests: Iterable[str]) -> Plan:
    """Return the cheapest plan; it may cost more than the budget, and says so."""
    chosen = choose(trip, budget, results, interests=interests)
    return Plan(
        days=days_of(trip, chosen, results.weather),
        chosen=chosen,
        notes=list(remarks(trip, results, chosen, results.weather)),
    )


def lacking(plan: Plan) -> set[Kind]:
    """Return the kinds of which nothing is in the plan."""
    parts: dict[Kind, object] = {
        "flights": plan.chosen.flights,
        "hotels": plan.chosen.hotel,
        "events": plan.chosen.events,
        "weather": [day for day in plan.days if day.weather],
    }
    return {kind for kind, part in parts.items() if not part}
