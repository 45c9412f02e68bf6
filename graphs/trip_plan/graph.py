"""Trip plan: flights, hotels, events and weather are searched side by side, and make an itinerary.

                      ┌─> flights ─┐
    START ─> place ───┼─> hotels ──┼─> plan ─> write ─> conclude ─> END
                      ├─> events ──┤
                      └─> weather ─┘

Use this form when an answer is put together from services that know nothing of each other, and
must add up: what they offer is chosen and reckoned by code, to the cent, and a model only tells it.
It is the wrong one where one search needs what another found, such as a hotel near the event. No
branch is required: a plan without flights, say, is still a plan, and says what it lacks and why.
It fails when flights, hotels and events all do.

Flights are Duffel's, hotels LiteAPI's, events Ticketmaster's when their keys are set; without a key
they are samples, for a few cities and in euros, and the plan says so. A service that fails is
missing: samples never stand in for it. The weather is Open-Meteo's.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Self, TypeAlias

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import RetryPolicy
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, model_validator
from typing_extensions import TypedDict

from graphs.adapters.errors import SourceError
from graphs.adapters.reasons import why_not
from graphs.kit import Branch, add_fan_out, by_branch, outcomes, reason
from graphs.kit.model.contexts import ModelContext, model_for
from graphs.kit.policy.attempts import is_worth_retrying
from graphs.trip_plan import search
from graphs.trip_plan.choice import Choice
from graphs.trip_plan.errors import NoOfferInCurrency
from graphs.trip_plan.itinerary import Day, lines_of
from graphs.trip_plan.money import Budget, Money
from graphs.trip_plan.offers import Trip
from graphs.trip_plan.plan import Kind, SearchResults, lacking, make_plan
from graphs.trip_plan.providers.catalogue import NotInSamples
from graphs.trip_plan.remarks import bill
from graphs.trip_plan.teller import tell
from graphs.trip_plan.trips import make_trip
from graphs.trip_plan.weather import trip_weather

Interest = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Search: TypeAlias = Callable[[Trip], Awaitable[Sequence[BaseModel]]]

SEARCHES: dict[Kind, Search] = {
    "flights": search.flights,
    "hotels": search.hotels,
    "events": search.events,
    "weather": trip_weather,
}
OFFERED: tuple[Kind, ...] = ("flights", "hotels", "events")

MOST_NIGHTS = 30


class Input(BaseModel):
    """Where to, when, for how many, and what it may cost."""

    origin: str = Field(min_length=2, max_length=100, examples=["Berlin"])
    """A city, or `City, country`; so is the destination."""

    destination: str = Field(min_length=2, max_length=100, examples=["Lisbon"])
    start: date | None = None
    """The day of departure; left out, ten days from today."""

    end: date | None = None
    """The day of return, at most 30 nights later; left out, three nights."""

    travellers: int = Field(default=2, ge=1, le=9, examples=[2])
    budget: Budget = Field(examples=[{"amount": "900.00", "currency": "EUR"}])
    """For all travellers together; every price is in its currency."""

    interests: list[Interest] = Field(default=[], max_length=10, examples=[["music", "food"]])
    """Words of the events to prefer."""

    @model_validator(mode="after")
    def check_dates(self) -> Self:
        if self.end is None:
            return self
        if self.start is None:
            raise ValueError("an end needs a start")
        if not 1 <= (self.end - self.start).days <= MOST_NIGHTS:
            raise ValueError(f"a trip lasts 1 to {MOST_NIGHTS} nights")
        return self


class Missing(BaseModel):
    """What the plan does without, and why."""

    what: Kind
    reason: str


class Output(BaseModel):
    """The plan: by days, in words, and the offers it is made of."""

    trip: Trip
    days: list[Day]
    itinerary: str
    chosen: Choice
    missing: list[Missing]
    notes: list[str]
    """What is made up, left out or uncertain."""


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    budget: dict[str, Any]
    interests: list[str]
    trip: dict[str, Any]
    results: Annotated[dict[Kind, list[dict[str, Any]]], by_branch]
    days: list[dict[str, Any]]
    chosen: dict[str, Any]
    missing: list[dict[str, str]]
    notes: list[str]
    words: str
    itinerary: str


class NothingToPlan(RuntimeError):
    """Flights, hotels and events all failed; the message says how."""


NONE_FITS = "none fits"
OF_THE_TRIP = (NoOfferInCurrency, NotInSamples, search.AirportUnknown)
"""Errors that say what is wrong with the request."""
TRIP = TypeAdapter(Trip)


async def place(state: Input) -> State:
    trip = await make_trip(
        state.origin,
        state.destination,
        start=state.start,
        end=state.end,
        travellers=state.travellers,
        currency=state.budget.currency,
    )
    return {"trip": TRIP.dump_python(trip, mode="json")}


def searching(kind: Kind, find: Search) -> Branch:
    async def look(state: State) -> State:
        results = await find(trip_of(state))
        return {"results": {kind: [one.model_dump(mode="json") for one in results]}}

    return Branch(look, name=kind, required=False, timeout=60, attempts=2)


async def plan(state: State) -> State:
    results = SearchResults.model_validate(state.get("results", {}))
    made = make_plan(trip_of(state), budget_of(state), results, interests_of(state))
    lacks, ended = lacking(made), outcomes(state)
    why = {name: why_not(outcome, own=OF_THE_TRIP) for name, outcome in ended.items()}
    missing = {name: why[name] or NONE_FITS for name in SEARCHES if name in lacks}
    if all(ended[name]["error"] for name in OFFERED):
        reasons = "; ".join(f"{name}: {reason(ended[name])}" for name in OFFERED)
        raise NothingToPlan(f"there is nothing to plan with. {reasons}")
    dumped = made.model_dump(mode="json")
    return {
        "days": dumped["days"],
        "chosen": dumped["chosen"],
        "notes": dumped["notes"],
        "missing": [{"what": name, "reason": why} for name, why in missing.items()],
    }


async def write(state: State, runtime: Runtime[ModelContext]) -> State:
    return {"words": await tell(model_for(runtime, max_tokens=600), lines(state))}


async def conclude(state: State) -> State:
    (written,) = outcomes(state).values()
    why = why_not(written)
    choice = Choice.model_validate(state["chosen"])
    parts = [lines(state) if why else state["words"], bill(choice, budget_of(state))]
    if why:
        parts.append(f"(This is the bare plan, without a description: {why}.)")
    parts += [f"(Without {gap['what']}: {gap['reason']}.)" for gap in state["missing"]]
    parts += [f"({note})" for note in state["notes"]]
    return {"itinerary": "\n\n".join(parts)}


def trip_of(state: State) -> Trip:
    return TRIP.validate_python(state["trip"])


def budget_of(state: State) -> Money:
    return Money.model_validate(state["budget"])


def interests_of(state: State) -> list[str]:
    """Return the interests without the white space that may stand around them in the request."""
    return [interest.strip() for interest in state.get("interests", [])]


def lines(state: State) -> str:
    return "\n".join(lines_of(Day.model_validate(day) for day in state["days"]))


builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
builder.add_node(
    place,
    timeout=60,
    retry_policy=RetryPolicy(
        max_attempts=2, jitter=False, retry_on=partial(is_worth_retrying, retry_on=SourceError)
    ),
)
builder.add_edge(START, "place")
searches = [searching(kind, find) for kind, find in SEARCHES.items()]
add_fan_out(builder, searches, source="place", join=plan)
add_fan_out(
    builder,
    [Branch(write, required=False, timeout=180, attempts=2)],
    source="plan",
    join=conclude,
)
graph = builder.compile(name="trip_plan")
