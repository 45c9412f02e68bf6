import asyncio
import json
from typing import Any

import pytest

from graphs.adapters.errors import SourceAnswerUnusable, SourceRefused, SourceUnreachable
from graphs.trip_plan.places import PlaceUnknown, find_place
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.weather_answers import GEOCODING, PLACES, place_result


@pytest.fixture
def duffel(monkeypatch: pytest.MonkeyPatch, source_server: SourceServer) -> None:
    monkeypatch.setenv("DUFFEL_ACCESS_TOKEN", "secret-token")


def geocoded(*results: dict[str, Any]) -> SourceAnswer:
    return SourceAnswer(body=json.dumps({"results": results}))


def suggested(*places: dict[str, Any]) -> SourceAnswer:
    return SourceAnswer(body=json.dumps({"data": places}))


def test_a_city_of_the_samples_is_known_without_a_network() -> None:
    place = asyncio.run(find_place("Rome"))

    assert (place.airport, place.timezone) == ("FCO", "Europe/Rome")


def test_another_place_is_looked_up(source_server: SourceServer) -> None:
    place = asyncio.run(find_place("Auckland, New Zealand"))

    assert (place.name, place.country, place.airport) == ("Auckland", "NZ", None)
    assert place.timezone == "Pacific/Auckland"
    (request,) = source_server.requests
    assert request.path == GEOCODING
    assert request.params["name"] == "Auckland"


TOWNS = [
    place_result("Springfield", country="United States", country_code="US", admin1="Illinois"),
    place_result("Springfield", country="United States", country_code="US", admin1="Ohio"),
    place_result("Springfield", country="United Kingdom", country_code="GB", admin1="England"),
]
"""Told apart by their latitude: 0, 1, 2."""


@pytest.mark.parametrize(
    ("text", "latitude"),
    [
        ("Springfield", 0),
        ("Springfield,", 0),
        ("Springfield, usa", 0),
        ("Springfield, OHIO", 1),
        ("Springfield,Ohio,US", 1),
        ("Springfield, England, UK", 2),
        ("Springfield, GB", 2),
        ("Springfield, United Kingdom", 2),
    ],
)
def test_what_stands_behind_a_comma_tells_places_of_one_name_apart(
    text: str, latitude: int, source_server: SourceServer
) -> None:
    towns = [town | {"latitude": number} for number, town in enumerate(TOWNS)]
    source_server.answer(geocoded(*towns))

    assert asyncio.run(find_place(text)).latitude == latitude
    assert source_server.requests[0].params["name"] == "Springfield"


@pytest.mark.parametrize("text", ["Springfield, Ohio, UK", "Springfield, France"])
def test_a_place_is_never_taken_for_one_elsewhere(text: str, source_server: SourceServer) -> None:
    source_server.answer(geocoded(*TOWNS))

    with pytest.raises(PlaceUnknown):
        asyncio.run(find_place(text))


def test_a_result_that_is_no_city_is_passed_over(source_server: SourceServer) -> None:
    continent = {"name": "Africa", "latitude": 7.0, "longitude": 21.0}
    no_zone = place_result("A", timezone="Moon/Base")
    source_server.answer(geocoded(continent, no_zone, place_result("Town")))

    assert asyncio.run(find_place("Africa")).name == "Town"


@pytest.mark.parametrize("text", ["Nowhere", "<b>Nowhere\n"])
def test_a_place_nobody_knows_is_named(text: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(is_empty=True))

    with pytest.raises(PlaceUnknown) as caught:
        asyncio.run(find_place(text))

    assert str(caught.value) == f"there is no place called {text!r}: try `City, country`"


def test_a_fault_of_the_service_is_named(source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=500), times=1)
    source_server.answer(SourceAnswer(body='{"results": [{}]}'), times=1)

    with pytest.raises(SourceRefused, match="geocoding answered 500"):
        asyncio.run(find_place("Auckland"))
    with pytest.raises(SourceAnswerUnusable, match="geocoding answered out of shape"):
        asyncio.run(find_place("Auckland"))


def test_without_a_network_the_message_says_what_is_not_reached() -> None:
    with pytest.raises(SourceUnreachable, match="FANJOIN_OPEN_METEO_GEOCODING_URL"):
        asyncio.run(find_place("Auckland"))


def test_duffel_names_the_airport_of_a_place(duffel: None, source_server: SourceServer) -> None:
    place = asyncio.run(find_place("Auckland"))

    assert place.airport == "AKL"
    (request,) = source_server.requests_to(PLACES)
    assert request.params == {"name": "Auckland"}
    assert request.headers["authorization"] == "Bearer secret-token"
    assert request.headers["duffel-version"] == "v2"


@pytest.mark.parametrize(
    "answer",
    [
        SourceAnswer(is_empty=True),
        SourceAnswer(status=401),
        SourceAnswer(body="<p>"),
        suggested({"name": "Auckland", "iata_code": "AKX", "iata_country_code": "US"}),
        suggested({"name": "Oakland", "iata_code": "OAK", "iata_country_code": "NZ"}),
    ],
    ids=["none", "refused", "malformed", "other country", "other name"],
)
def test_a_place_whose_airport_nobody_names_is_still_a_place(
    answer: SourceAnswer, duffel: None, source_server: SourceServer
) -> None:
    source_server.answer(answer, path=PLACES)

    assert asyncio.run(find_place("Auckland")).airport is None


def test_a_city_with_several_airports_goes_by_its_own_code(
    duffel: None, source_server: SourceServer
) -> None:
    city = {"name": "Auckland", "iata_code": "QAK", "iata_country_code": "NZ", "type": "city"}
    source_server.answer(suggested(city), path=PLACES)

    assert asyncio.run(find_place("Auckland")).airport == "QAK"
