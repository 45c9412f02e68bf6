import asyncio
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from graphs.adapters.errors import SourceAnswerUnusable, SourceRefused
from graphs.trip_plan.offers import Trip
from graphs.trip_plan.weather import DayWeather, trip_weather
from tests.graphs.trip_plan.trips_at_hand import TRIP
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.weather_answers import ARCHIVE, FORECAST, daily

NEAR = timedelta(days=3)
FAR = timedelta(days=100)


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Lisbon")).date()


def trip_in(ahead: timedelta, *, nights: int = 2) -> Trip:
    return replace(TRIP, start=today() + ahead, end=today() + ahead + timedelta(days=nights))


def weather(trip: Trip) -> list[DayWeather]:
    return asyncio.run(trip_weather(trip))


def days_of(trip: Trip) -> list[date]:
    return [trip.start + timedelta(days=past) for past in range(trip.nights + 1)]


def test_days_near_enough_have_a_forecast(source_server: SourceServer) -> None:
    trip = trip_in(NEAR)

    shown = weather(trip)

    assert [one.day for one in shown] == days_of(trip)
    assert {one.measured_on for one in shown} == {None}
    assert str(shown[0]) == f"light rain, -3 to {trip.start.day} °C"
    (request,) = source_server.requests
    assert request.path == FORECAST
    assert request.params == {
        "latitude": "38.7167",
        "longitude": "-9.1333",
        "timezone": "Europe/Lisbon",
        "start_date": str(trip.start),
        "end_date": str(trip.end),
        "daily": "weather_code,temperature_2m_max,temperature_2m_min",
    }


def test_days_no_forecast_reaches_have_what_was_measured_and_say_when(
    source_server: SourceServer,
) -> None:
    trip = trip_in(FAR)

    shown = weather(trip)

    assert [one.day for one in shown] == days_of(trip)
    for one in shown:
        assert one.measured_on is not None
        assert one.measured_on < today()
        assert f"(as measured on {one.measured_on})" in str(one)
        assert 362 <= (one.day - one.measured_on).days <= 367
    assert {request.path for request in source_server.requests} == {ARCHIVE}


def test_a_trip_over_the_end_of_the_forecast_has_some_of_both(source_server: SourceServer) -> None:
    trip = trip_in(timedelta(days=14), nights=3)

    shown = weather(trip)

    assert [one.day for one in shown] == days_of(trip)
    assert [one.measured_on is None for one in shown] == [True, True, False, False]
    forecast, archive = source_server.requests
    assert forecast.params["end_date"] == str(today() + timedelta(days=15))
    assert archive.params["end_date"] < str(today())


def test_a_trip_in_two_years_has_days_that_have_been(source_server: SourceServer) -> None:
    shown = weather(trip_in(timedelta(days=700)))

    assert all(one.measured_on and one.measured_on < today() for one in shown)


def test_a_29_february_has_the_weather_of_a_28(source_server: SourceServer) -> None:
    leap = next(year for year in range(today().year + 1, today().year + 10) if year % 4 == 0)
    trip = replace(TRIP, start=date(leap, 2, 28), end=date(leap, 3, 1))

    shown = weather(trip)

    assert [one.day for one in shown] == days_of(trip)
    assert [(one.measured_on or today()).strftime("%d.%m.") for one in shown] == [
        "28.02.",
        "28.02.",
        "01.03.",
    ]


def test_days_nobody_knows_are_left_out(source_server: SourceServer) -> None:
    trip = trip_in(NEAR)
    days = daily(str(trip.start), str(trip.end), weather_code=[3, None, 1234])
    source_server.answer(SourceAnswer(body=json.dumps({"daily": days})))

    shown = weather(trip)

    assert [(one.day, one.sky) for one in shown] == [(trip.start, "overcast"), (trip.end, "mixed")]


@pytest.mark.parametrize("ahead", [NEAR, FAR])
def test_no_days_at_all_are_no_weather(ahead: timedelta, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(is_empty=True))

    assert weather(trip_in(ahead)) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (SourceAnswer(status=429, retry_after=3), SourceRefused),
        (SourceAnswer(status=500), SourceRefused),
        (SourceAnswer(body="<p>"), SourceAnswerUnusable),
        (SourceAnswer(body='{"daily": {"time": ["soon"]}}'), SourceAnswerUnusable),
    ],
)
@pytest.mark.parametrize("ahead", [NEAR, FAR])
def test_a_fault_of_the_service_is_named(
    ahead: timedelta,
    answer: SourceAnswer,
    error: type[Exception],
    source_server: SourceServer,
) -> None:
    source_server.answer(answer)

    with pytest.raises(error, match="Open-Meteo"):
        weather(trip_in(ahead))
