from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from graphs.trip_plan.choice import MOST_EVENTS, Choice, Offers, choose
from graphs.trip_plan.money import CurrencyMismatch
from graphs.trip_plan.offers import Event, FlightPair, Trip
from tests.graphs.trip_plan.offers_at_hand import (
    INBOUND,
    LISBON_TIME,
    LONDON_TIME,
    OUTBOUND,
    at,
    event,
    flight,
    hotel,
    money,
    pair,
)
from tests.graphs.trip_plan.trips_at_hand import LISBON, TRIP

SATURDAY, SUNDAY, MONDAY, TUESDAY = (TRIP.start + timedelta(days=past) for past in range(4))


def chosen(
    *events: Event, budget: str | int = 1000, trip: Trip = TRIP, interests: tuple[str, ...] = ()
) -> Choice:
    """Choose among these events, flights for 200 and a hotel for 300."""
    offers = Offers(flights=[pair()], hotels=[hotel()], events=list(events))
    return choose(trip, money(budget), offers, interests=interests)


def names(choice: Choice) -> list[str]:
    return [one.name for one in choice.events]


def test_the_cheapest_are_taken_and_reckoned_to_the_cent() -> None:
    offers = Offers(
        flights=[pair("210.01"), pair("199.99")],
        hotels=[hotel("300.10"), hotel("299.90")],
        events=[event(price="10.05")],
    )

    choice = choose(TRIP, money("600"), offers)

    assert choice.flights == offers.flights[1]
    assert choice.hotel == offers.hotels[1]
    assert choice.total == money("519.99")
    assert choice.left == money("80.01")


def test_of_the_same_price_the_better_is_taken() -> None:
    offers = Offers(
        flights=[pair(outbound=OUTBOUND.model_copy(update={"stops": 1})), pair()],
        hotels=[hotel(stars=None), hotel(stars=4), hotel(stars=2)],
    )

    choice = choose(TRIP, money(1000), offers)

    assert (choice.flights, choice.hotel) == (offers.flights[1], offers.hotels[1])


def test_over_budget_the_cheapest_stands_with_what_is_wanting_and_what_is_free() -> None:
    choice = chosen(event("dear", day=SUNDAY), event("free", day=MONDAY, price=0), budget="499.99")

    assert choice.total == money(500)
    assert choice.left == money("-0.01")
    assert names(choice) == ["free"]
    assert chosen(event(price=None), budget="499.99").events == []


def test_a_budget_may_be_used_up_to_the_last_cent() -> None:
    assert names(chosen(event(price=20), budget=540)) == ["Some music"]
    assert names(chosen(event(price="20.01"), budget=540)) == []


def test_events_are_paid_for_every_traveller() -> None:
    offers = Offers(events=[event(price=20)])

    assert choose(replace(TRIP, travellers=9), money(180), offers).total == money(180)
    assert choose(replace(TRIP, travellers=9), money("179.99"), offers).events == []


def test_what_interests_comes_before_what_is_cheaper() -> None:
    cheap, wanted = event("Chess", price=1), event("An evening of Fado Music", price=30)

    assert names(chosen(cheap, wanted, interests=("music",))) == [wanted.name]
    assert names(chosen(cheap, wanted, interests=("mus(ic",))) == ["Chess"]
    assert names(chosen(cheap, wanted, interests=("ado",))) == ["Chess"]
    assert names(chosen(cheap, wanted)) == ["Chess"]


def test_what_interests_but_is_too_dear_gives_way() -> None:
    choice = chosen(event("Chess", price=1), event("Opera music", price=600), interests=("music",))

    assert names(choice) == ["Chess"]


def test_an_event_of_unknown_price_comes_last_and_costs_nothing() -> None:
    unknown = event("unknown", day=MONDAY, price=None)

    choice = chosen(event("dear", day=MONDAY, price=90), unknown, event("other", price=20))

    assert names(choice) == ["other", "dear"]
    assert names(chosen(unknown)) == ["unknown"]
    assert chosen(unknown).total == money(500)


def test_a_day_has_one_event_and_a_trip_no_more_than_a_reader_takes_in() -> None:
    trip = replace(TRIP, end=TRIP.start + timedelta(days=20))
    events = [event(f"{n}", day=trip.start + timedelta(days=n // 2), price=0) for n in range(2, 40)]

    selected = choose(trip, money(1000), Offers(events=events)).events

    assert len(selected) == len({one.date for one in selected}) == MOST_EVENTS
    assert [one.date for one in selected] == sorted(one.date for one in selected)


@pytest.mark.parametrize(
    ("day", "clock", "is_selected"),
    [
        (SATURDAY, "13:39", False),  # landed at 11:40
        (SATURDAY, "13:40", True),
        (SATURDAY, None, False),
        (SUNDAY, None, True),
        (TUESDAY, "13:00", True),  # the flight home leaves at 18:00
        (TUESDAY, "13:01", False),
        (TUESDAY, None, False),
        (SATURDAY - timedelta(days=1), "21:00", False),
        (TUESDAY + timedelta(days=1), "09:00", False),
    ],
)
def test_an_event_is_taken_where_the_travellers_can_be_there(
    day: date, clock: str | None, is_selected: bool
) -> None:
    assert bool(chosen(event(day=day, clock=clock)).events) is is_selected


@pytest.mark.parametrize(
    ("day", "is_selected"), [(SATURDAY, True), (TUESDAY, True), (date(2027, 4, 1), False)]
)
def test_without_flights_the_days_of_the_trip_decide(day: date, is_selected: bool) -> None:
    choice = choose(TRIP, money(100), Offers(events=[event(day=day, clock=None)]))

    assert bool(choice.events) is is_selected
    assert (choice.flights, choice.hotel) == (None, None)


def test_an_event_belongs_to_its_day_at_the_destination() -> None:
    auckland = LISBON.model_copy(update={"timezone": "Pacific/Auckland"})
    trip = replace(TRIP, destination=auckland)
    evening = datetime.combine(SATURDAY, datetime.min.time(), UTC).replace(hour=20)
    on_sunday_there = event("late", starts=evening, day=SATURDAY)

    choice = choose(
        trip, money(100), Offers(events=[on_sunday_there, event("b", day=SATURDAY, clock=None)])
    )

    assert names(choice) == ["b", "late"]


def test_offers_in_another_currency_are_never_taken() -> None:
    offers = Offers(
        flights=[pair(1, currency="USD"), pair(200)],
        hotels=[hotel(1, currency="GBP")],
        events=[event(price=1, currency="USD")],
    )

    choice = choose(TRIP, money(1000), offers)

    assert choice.flights == offers.flights[1]
    assert choice.hotel is None
    assert choice.events == []
    assert choice.total == money(200)


def test_a_budget_in_another_currency_than_the_trip_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        choose(TRIP, money(1, "USD"), Offers(flights=[pair()]))


def on_other_days() -> list[FlightPair]:
    a_day = timedelta(days=1)
    too_late = flight(OUTBOUND.departs + a_day, OUTBOUND.arrives + a_day)
    too_soon = flight(INBOUND.departs - a_day, INBOUND.arrives - a_day)
    overlong = flight(OUTBOUND.departs, INBOUND.departs)
    return [pair(outbound=too_late), pair(inbound=too_soon), pair(outbound=overlong)]


@pytest.mark.parametrize("wrong", on_other_days())
def test_flights_on_other_days_or_landing_after_the_return_are_never_taken(
    wrong: FlightPair,
) -> None:
    assert choose(TRIP, money(1000), Offers(flights=[wrong])).flights is None


def test_a_hotel_for_other_nights_is_never_taken() -> None:
    wrong = [hotel(check_in=SUNDAY), hotel(check_out=MONDAY)]

    assert choose(TRIP, money(1000), Offers(hotels=wrong)).hotel is None


def test_a_change_of_the_clocks_keeps_the_hours_before_take_off() -> None:
    # Lisbon's clocks skip an hour on Sunday at 01:00.
    trip = replace(TRIP, end=SUNDAY)
    home = flight(at(SUNDAY, "02:30"), at(SUNDAY, "05:10", LONDON_TIME))
    offers = Offers(
        flights=[pair(inbound=home)],
        events=[
            event("ends in time", day=SATURDAY, clock="20:30"),
            event("late", day=SATURDAY, clock="20:31", price=0),
        ],
    )

    choice = choose(trip, money(1000), offers)

    assert names(choice) == ["ends in time"]
    assert home.departs.tzinfo == LISBON_TIME == ZoneInfo("Europe/Lisbon")
