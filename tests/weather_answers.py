"""What the tests' source server answers as Open-Meteo, and as Duffel's places, as they document it.

Any place is found but `Nowhere`; every day is rainy, with its day of the month as the high.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

FORECAST = "/v1/forecast"
ARCHIVE = "/v1/archive"
GEOCODING = "/v1/search"
PLACES = "/places/suggestions"

LIGHT_RAIN = 61


def place_result(name: str, **changes: Any) -> dict[str, Any]:
    """A result of the geocoding: a city of that name, in New Zealand."""
    return {
        "id": 2193733,
        "name": name,
        "latitude": -36.84853,
        "longitude": 174.76349,
        "elevation": 20.0,
        "feature_code": "PPLA",
        "country_code": "NZ",
        "timezone": "Pacific/Auckland",
        "country": "New Zealand",
    } | changes


def daily(start: str, end: str, **changes: Any) -> dict[str, Any]:
    """The days from start to end."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    days = [first + timedelta(days=past) for past in range((last - first).days + 1)]
    return {
        "time": [day.isoformat() for day in days],
        "weather_code": [LIGHT_RAIN] * len(days),
        "temperature_2m_max": [float(day.day) for day in days],
        "temperature_2m_min": [-3.4] * len(days),
    } | changes


def _weather(params: Mapping[str, str], _body: dict[str, Any], is_empty: bool) -> str:
    days = daily(params["start_date"], params["end_date"])
    if is_empty:
        days = {key: [] for key in days}
    head = {"latitude": 38.7, "longitude": -9.1, "timezone": params["timezone"]}
    return json.dumps({**head, "daily_units": {"time": "iso8601"}, "daily": days})


def _geocoding(params: Mapping[str, str], _body: dict[str, Any], is_empty: bool) -> str:
    is_unknown = is_empty or params["name"] == "Nowhere"
    results = {} if is_unknown else {"results": [place_result(params["name"].split(",")[0])]}
    return json.dumps({**results, "generationtime_ms": 0.6})


def _places(params: Mapping[str, str], _body: dict[str, Any], is_empty: bool) -> str:
    airport = {
        "type": "airport",
        "id": "arp_akl_nz",
        "name": f"{params['name']} International",
        "city_name": params["name"],
        "iata_code": "AKL",
        "iata_city_code": "AKL",
        "iata_country_code": "NZ",
        "time_zone": "Pacific/Auckland",
    }
    return json.dumps({"data": [] if is_empty else [airport]})


WEATHER: dict[str, Callable[[Mapping[str, str], dict[str, Any], bool], str]] = {
    FORECAST: _weather,
    ARCHIVE: _weather,
    GEOCODING: _geocoding,
    PLACES: _places,
}
