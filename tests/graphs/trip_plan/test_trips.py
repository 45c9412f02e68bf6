import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from graphs.trip_plan.offers import Trip
from graphs.trip_plan.trips import TripImpossible, make_trip
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.weather_answers import place_result


def make(origin: str = "Berlin", destination: str = "Lisbon", **said: Any) -> Trip:
    options = {"start": None, "end": None, "travellers": 2, "currency": "EUR"} | said
    return asyncio.run(make_trip(origin, destination, **options))


def today_in(zone: str) -> date:
    return datetime.now(ZoneInfo(zone)).date()


def test_dates_that_are_left_out_are_soon() -> None:
    trip = make()

    assert trip.start == today_in("Europe/Berlin") + timedelta(days=10)
    assert trip.nights == 3
    assert (trip.origin, trip.destination.airport) == ("BER", "LIS")


def test_an_end_that_is_left_out_is_three_nights_later() -> None:
    start = today_in("Europe/Lisbon") + timedelta(days=50)

    assert make(start=start).end == start + timedelta(days=3)
    assert make(start=start, end=start + timedelta(days=1)).nights == 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Midway"])
def test_a_trip_may_start_today_by_the_clocks_where_it_begins_but_not_before(
    zone: str, source_server: SourceServer
) -> None:
    far = place_result("Far", timezone=zone)  # the two are never on the same day
    source_server.answer(SourceAnswer(body=json.dumps({"results": [far]})))
    today = today_in(zone)

    assert make("Far", start=today).start == today
    with pytest.raises(TripImpossible, match=f"in Far it is {today}"):
        make("Far", start=today - timedelta(days=1))


@pytest.mark.parametrize("start", [date(9999, 12, 31), date(1, 1, 1)])
def test_a_trip_in_another_age_is_refused(start: date) -> None:
    with pytest.raises(TripImpossible, match=f"cannot start on {start}"):
        make(start=start)


def test_a_trip_to_where_it_starts_is_refused() -> None:
    with pytest.raises(TripImpossible, match="'Lisboa' and 'Lisbon' are the same place"):
        make("Lisboa", "Lisbon")
