"""What a traveller has to know of a plan besides its days: what it costs, what it rests on."""

from collections.abc import Iterator, Sequence

from graphs.trip_plan.choice import Choice, Offers
from graphs.trip_plan.money import Money
from graphs.trip_plan.offers import Trip
from graphs.trip_plan.providers.catalogue import SAMPLE
from graphs.trip_plan.weather import CREDIT, DayWeather


def bill(choice: Choice, budget: Money) -> str:
    """Say what the plan costs, and what is left of the budget or wanting."""
    if choice.left.amount >= 0:
        return f"It costs {choice.total} of the {budget}; {choice.left} is left."
    return (
        f"It costs {choice.total}, {choice.total - budget} more than the budget of {budget}; "
        f"nothing cheaper is available."
    )


def remarks(
    trip: Trip, offers: Offers, choice: Choice, weather: Sequence[DayWeather]
) -> Iterator[str]:
    """Yield what is made up, left out or uncertain, a sentence or two each."""
    yield from _made_up(choice)
    if left_out := _in_other_currency(trip, offers):
        yield f"Offers in another currency than {trip.currency} were left out: {left_out}."
    if any(event.price is None for event in choice.events):
        yield "Events whose price is not known are not in the total."
    yield from _first_night(choice)
    if weather:
        yield CREDIT


def _made_up(choice: Choice) -> Iterator[str]:
    sources = {
        "flights": choice.flights.outbound.source if choice.flights else "",
        "hotels": choice.hotel.source if choice.hotel else "",
        "events": choice.events[0].source if choice.events else "",
    }
    samples = [kind for kind, source in sources.items() if source == SAMPLE]
    if samples:
        what = ", ".join(samples).capitalize()
        yield f"{what}: sample data, made up."
    for kind, source in sources.items():
        if "(" in source:  # such as `duffel (test)`
            yield f"{kind.capitalize()}: made up by {source}."


def _in_other_currency(trip: Trip, offers: Offers) -> int:
    prices = [
        *(pair.price for pair in offers.flights),
        *(hotel.price for hotel in offers.hotels),
        *(event.price for event in offers.events),
    ]
    return sum(price is not None and price.currency != trip.currency for price in prices)


def _first_night(choice: Choice) -> Iterator[str]:
    if not (choice.flights and choice.hotel):
        return
    landing, check_in = choice.flights.outbound.arrives.date(), choice.hotel.check_in
    if landing > check_in:
        yield f"You land on {landing}; the hotel is paid from {check_in} on."
    elif landing < check_in:
        yield f"You land on {landing}; the hotel is booked only from {check_in} on."
