"""The weather of a trip's days, from Open-Meteo (open-meteo.com/en/docs, …/historical-weather-api).

A forecast reaches 16 days ahead. For later days there is what was measured on the same days of the
last year that has them: each day says which of the two it is. The licence (CC BY 4.0) asks for the
credit in `CREDIT`.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from graphs.adapters.http.fetch import Service
from graphs.trip_plan.offers import Place, Trip
from graphs.trip_plan.providers import open_meteo

CREDIT = "Weather data by Open-Meteo.com."

FORECAST = Service("Open-Meteo", "FANJOIN_OPEN_METEO_URL", open_meteo.ACCESS)
ARCHIVE = Service("Open-Meteo's archive", "FANJOIN_OPEN_METEO_ARCHIVE_URL", open_meteo.ACCESS)

_FORECAST_DAYS = 16
"""Today is the first of them."""

_ARCHIVE_DELAY = timedelta(days=7)
"""The archive is five days behind; some more, to be sure."""

_SKIES = {
    0: "clear sky",
    1: "mostly clear",
    2: "some clouds",
    3: "overcast",
    **dict.fromkeys((45, 48), "fog"),
    **dict.fromkeys((51, 53, 55), "drizzle"),
    **dict.fromkeys((56, 57, 66, 67), "freezing rain"),
    61: "light rain",
    63: "rain",
    65: "heavy rain",
    71: "light snow",
    73: "snow",
    75: "heavy snow",
    77: "snow grains",
    **dict.fromkeys((80, 81), "rain showers"),
    82: "heavy showers",
    **dict.fromkeys((85, 86), "snow showers"),
    **dict.fromkeys((95, 96, 99), "thunderstorms"),
}
"""What the WMO's weather interpretation codes stand for, in a few words."""


class DayWeather(BaseModel):
    """The weather of one day, in degrees Celsius."""

    day: date
    sky: str
    low: float
    high: float
    measured_on: date | None
    """The day it was measured, where no forecast reaches; None for a forecast."""

    def __str__(self) -> str:
        said = f"{self.sky}, {self.low:.0f} to {self.high:.0f} °C"
        return f"{said} (as measured on {self.measured_on})" if self.measured_on else said


class Daily(BaseModel):
    """What is read of an answer's days: lists of the same length, with gaps where none is known."""

    time: list[date]
    weather_code: list[int | None]
    temperature_2m_max: list[float | None]
    temperature_2m_min: list[float | None]


class Answer(BaseModel):
    """What is read of an answer."""

    daily: Daily


async def trip_weather(trip: Trip) -> list[DayWeather]:
    """Return the weather of the trip's days, in order, without those nobody knows.

    Raises:
        SourceError: the service cannot answer.
    """
    today = datetime.now(ZoneInfo(trip.destination.timezone)).date()
    days = [trip.start + timedelta(days=past) for past in range(trip.nights + 1)]
    near = [day for day in days if day < today + timedelta(days=_FORECAST_DAYS)]
    far = days[len(near) :]
    forecast = await _forecast(trip.destination, near) if near else []
    return forecast + (await _measured(trip.destination, far, today) if far else [])


async def _forecast(place: Place, days: list[date]) -> list[DayWeather]:
    url = f"{open_meteo.OpenMeteoSettings.read().url}/v1/forecast"
    return list((await _fetch(FORECAST, url, place, days[0], days[-1])).values())


async def _measured(place: Place, days: list[date], today: date) -> list[DayWeather]:
    years = 1
    while _years_before(days[-1], years) > today - _ARCHIVE_DELAY:
        years += 1
    then = {day: _years_before(day, years) for day in days}
    url = f"{open_meteo.OpenMeteoSettings.read().archive_url}/v1/archive"
    known = await _fetch(ARCHIVE, url, place, then[days[0]], then[days[-1]])
    return [
        known[past].model_copy(update={"day": day, "measured_on": past})
        for day, past in then.items()
        if past in known
    ]


async def _fetch(
    service: Service, url: str, place: Place, start: date, end: date
) -> dict[date, DayWeather]:
    params: dict[str, str | int] = {
        "latitude": str(place.latitude),
        "longitude": str(place.longitude),
        "timezone": place.timezone,
        "start_date": start.isoformat(),
        "end_date": end.isoformat(),
        "daily": "weather_code,temperature_2m_max,temperature_2m_min",
    }
    daily = (await open_meteo.ask(service, url, params, Answer)).daily
    rows = zip(
        daily.time,
        daily.weather_code,
        daily.temperature_2m_min,
        daily.temperature_2m_max,
        strict=False,
    )
    return {
        day: DayWeather(
            day=day, sky=_SKIES.get(code, "mixed"), low=low, high=high, measured_on=None
        )
        for day, code, low, high in rows
        if code is not None and low is not None and high is not None
    }


def _years_before(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)
