import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from graphs.trip_plan.errors import NoOfferInCurrency
from graphs.trip_plan.offers import MOST_OFFERS, Trip
from graphs.trip_plan.providers.catalogue import (
    SAMPLE,
    NotInSamples,
    sample_events,
    sample_flights,
    sample_hotels,
    sample_place,
)
from tests.graphs.trip_plan.offers_at_hand import money
from tests.graphs.trip_plan.trips_at_hand import LISBON
from tests.graphs.trip_plan.trips_at_hand import TRIP as LIVE_TRIP

TRIP = replace(LIVE_TRIP, origin="LHR")

Search: TypeAlias = Callable[[Trip], Coroutine[Any, Any, Sequence[BaseModel]]]
SEARCHES: tuple[Search, ...] = (sample_flights, sample_hotels, sample_events)


@pytest.mark.parametrize("text", ["Lisbon", " lisboa ", "LISBON, Portugal", "Lisbon,pt"])
def test_a_city_is_known_by_its_names(text: str) -> None:
    place = asyncio.run(sample_place(text))

    assert place is not None
    assert (place.name, place.country, place.airport) == ("Lisbon", "PT", "LIS")
    assert place.timezone == "Europe/Lisbon"


@pytest.mark.parametrize("text", ["London, UK", "Prague, Czech Republic", "Roma, IT"])
def test_a_country_goes_by_what_travellers_call_it(text: str) -> None:
    assert asyncio.run(sample_place(text)) is not None


@pytest.mark.parametrize("text", ["Oslo", "Lisbon, Spain", "", "'; DROP TABLE cities; --"])
def test_any_other_place_is_not(text: str) -> None:
    assert asyncio.run(sample_place(text)) is None


def test_flights_keep_the_hours_of_their_airports_over_a_change_of_the_clocks() -> None:
    pairs = asyncio.run(sample_flights(TRIP))

    assert 0 < len(pairs) <= MOST_OFFERS
    assert pairs == sorted(pairs, key=lambda pair: pair.price.amount)
    for pair in pairs:
        for flight in (pair.outbound, pair.inbound):
            assert timedelta(hours=2) < flight.arrives - flight.departs < timedelta(hours=5)
        assert pair.outbound.departs.date() == TRIP.start
        assert pair.outbound.departs.utcoffset() == timedelta(0)
        assert pair.inbound.departs.date() == TRIP.end
        assert pair.inbound.departs.utcoffset() == timedelta(hours=1)
        assert pair.price == pair.outbound.price + pair.inbound.price


def test_a_late_flight_lands_the_next_day() -> None:
    athens = asyncio.run(sample_place("Athens"))
    assert athens is not None

    pairs = asyncio.run(sample_flights(replace(TRIP, destination=athens)))

    (late,) = {p.outbound.arrives for p in pairs if p.outbound.number == "XL 404"}
    assert late.date() == TRIP.start + timedelta(days=1)
    assert late.tzinfo == ZoneInfo("Europe/Athens")


def test_prices_are_those_of_the_whole_party() -> None:
    two, four = TRIP, replace(TRIP, travellers=4)
    three = replace(TRIP, travellers=3)

    assert asyncio.run(sample_flights(four))[0].price == asyncio.run(sample_flights(two))[
        0
    ].price.times(2)
    assert asyncio.run(sample_hotels(three))[0].price == money("252.00")
    assert asyncio.run(sample_hotels(two))[0].price == money("126.00")


def test_events_are_on_the_days_of_the_trip_in_their_order() -> None:
    events = asyncio.run(sample_events(replace(TRIP, end=TRIP.start + timedelta(days=30))))

    assert len(events) == MOST_OFFERS
    assert [one.date for one in events] == sorted(one.date for one in events)
    assert {one.date - TRIP.start >= timedelta(0) for one in events} == {True}
    assert all(one.starts is None or one.starts.date() == one.date for one in events)
    assert any(one.price is None for one in events)
    assert any(one.starts is None for one in events)


@pytest.mark.parametrize("start", [date(2027, 3, 27), date(2028, 2, 28), date(2099, 12, 30)])
def test_the_same_dates_have_the_same_offers_all_marked_as_samples(start: date) -> None:
    trip = replace(TRIP, start=start, end=start + timedelta(days=7))

    for search in SEARCHES:
        results = asyncio.run(search(trip))
        assert results
        assert results == asyncio.run(search(trip))
        assert all(f'"source":"{SAMPLE}"' in one.model_dump_json() for one in results)


@pytest.mark.parametrize("search", SEARCHES)
def test_what_the_samples_do_not_have_is_said(search: Search) -> None:
    texan = LISBON.model_copy(update={"country": "US", "airport": None})

    with pytest.raises(NoOfferInCurrency, match="in EUR, not in USD"):
        asyncio.run(search(replace(TRIP, currency="USD")))
    with pytest.raises(NotInSamples, match=r"only for Amsterdam, .*Vienna"):
        asyncio.run(search(replace(TRIP, destination=texan)))
