from datetime import date, timedelta

from graphs.trip_plan.choice import Choice, Offers, choose
from graphs.trip_plan.remarks import bill, remarks
from graphs.trip_plan.weather import CREDIT, DayWeather
from tests.graphs.trip_plan.offers_at_hand import (
    OUTBOUND,
    at,
    event,
    flight,
    hotel,
    money,
    pair,
)
from tests.graphs.trip_plan.trips_at_hand import TRIP

OFFERS = Offers(flights=[pair()], hotels=[hotel()], events=[event()])
RAIN = DayWeather(day=date(2027, 3, 28), sky="rain", low=1, high=2, measured_on=None)


def made(offers: Offers, budget: int = 1000) -> Choice:
    return choose(TRIP, money(budget), offers)


def notes(offers: Offers) -> list[str]:
    return list(remarks(TRIP, offers, made(offers), []))


def test_the_bill_says_what_is_left() -> None:
    assert bill(made(OFFERS), money(1000)) == "It costs 540 EUR of the 1000 EUR; 460 EUR is left."


def test_the_bill_says_by_how_much_even_the_cheapest_is_too_dear() -> None:
    assert bill(made(OFFERS, 400), money(400)) == (
        "It costs 500 EUR, 100 EUR more than the budget of 400 EUR; nothing cheaper is available."
    )


def test_a_plan_of_real_offers_has_nothing_to_remark() -> None:
    assert notes(OFFERS) == []


def test_the_weather_is_credited() -> None:
    assert list(remarks(TRIP, OFFERS, made(OFFERS), [RAIN])) == [CREDIT]


def test_samples_are_said_to_be_made_up() -> None:
    offers = Offers(
        flights=OFFERS.flights, hotels=[hotel(source="sample")], events=[event(source="sample")]
    )

    (note,) = notes(offers)
    assert note == "Hotels, events: sample data, made up."


def test_offers_of_a_test_mode_are_said_to_be_made_up() -> None:
    trial = OUTBOUND.model_copy(update={"source": "duffel (test)"})

    assert notes(Offers(flights=[pair(outbound=trial)])) == ["Flights: made up by duffel (test)."]


def test_offers_in_another_currency_are_counted() -> None:
    offers = Offers(
        flights=[pair(), pair(currency="USD")],
        hotels=[hotel(currency="GBP")],
        events=[event(price=None), event(currency="USD")],
    )

    assert notes(offers) == [
        "Offers in another currency than EUR were left out: 3.",
        "Events whose price is not known are not in the total.",
    ]


def test_a_landing_that_does_not_fit_the_first_night_is_said() -> None:
    a_day = timedelta(days=1)
    later = flight(OUTBOUND.departs, OUTBOUND.arrives + a_day)
    sooner = flight(OUTBOUND.departs, at(TRIP.start - a_day, "11:40"))

    assert notes(Offers(flights=[pair(outbound=later)], hotels=[hotel()])) == [
        "You land on 2027-03-28; the hotel is paid from 2027-03-27 on."
    ]
    assert notes(Offers(flights=[pair(outbound=sooner)], hotels=[hotel()])) == [
        "You land on 2027-03-26; the hotel is booked only from 2027-03-27 on."
    ]
