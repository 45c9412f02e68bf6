import asyncio
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from graphs.trip_plan.errors import NoOfferInCurrency
from graphs.trip_plan.money import Money
from graphs.trip_plan.offers import Hotel, Trip
from graphs.trip_plan.providers.liteapi import LiteApi
from tests.graphs.trip_plan.trips_at_hand import TRIP
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.travel_answers import Json, liteapi_answer, liteapi_hotel


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITEAPI_API_KEY", "sand_key")


def search(trip: Trip = TRIP) -> list[Hotel]:
    return asyncio.run(LiteApi().search(trip))


def search_among(source_server: SourceServer, *hotels: Json, **changes: object) -> list[Hotel]:
    body = json.dumps(liteapi_answer(*hotels, **changes))
    source_server.answer(SourceAnswer(body=body))
    return search()


def test_rates_are_asked_for_as_documented(source_server: SourceServer) -> None:
    search()

    (request,) = source_server.requests
    assert request.path == "/v3.0/hotels/rates"
    assert request.headers["x-api-key"] == "sand_key"
    assert request.body == {
        "latitude": 38.7167,
        "longitude": -9.1333,
        "radius": 10_000,
        "checkin": "2027-03-27",
        "checkout": "2027-03-30",
        "occupancies": [{"adults": 2}],
        "currency": "EUR",
        "guestNationality": "US",
        "includeHotelData": True,
        "maxRatesPerHotel": 1,
        "sort": [{"field": "price", "direction": "ascending"}],
        "limit": 100,
        "timeout": 8,
    }


@pytest.mark.parametrize(("travellers", "rooms"), [(1, [1]), (2, [2]), (5, [2, 2, 1])])
def test_two_share_a_room(travellers: int, rooms: list[int], source_server: SourceServer) -> None:
    search(replace(TRIP, travellers=travellers))

    (request,) = source_server.requests
    assert [room["adults"] for room in request.body["occupancies"]] == rooms


def test_the_guests_nationality_is_a_setting(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_GUEST_NATIONALITY", "PT")

    search()

    (request,) = source_server.requests
    assert request.body["guestNationality"] == "PT"


def test_a_price_is_exact_and_has_in_it_what_is_paid_at_the_hotel(
    source_server: SourceServer,
) -> None:
    cheap, dear = search()

    assert cheap.price == Money(amount=Decimal("207.75"), currency="EUR")
    assert dear.price == Money(amount=Decimal("208.75"), currency="EUR")
    assert (cheap.id, cheap.name, cheap.stars) == ("lp1", "Hotel lp1", None)
    assert (cheap.check_in, cheap.check_out) == (TRIP.start, TRIP.end)


def test_a_price_with_the_noise_of_floats_is_what_was_meant(source_server: SourceServer) -> None:
    hotel = liteapi_hotel()
    hotel["roomTypes"][0]["offerRetailRate"]["amount"] = 163.66000000000003

    (offer,) = search_among(source_server, hotel)

    assert str(offer.price) == "169.91 EUR"


def test_a_total_may_come_as_a_list_too(source_server: SourceServer) -> None:
    hotel = liteapi_hotel()
    hotel["roomTypes"][0]["offerRetailRate"] = [{"amount": 90, "currency": "EUR"}]

    (offer,) = search_among(source_server, hotel)

    assert offer.price.amount == Decimal("96.25")


@pytest.mark.parametrize(("tag", "is_refundable"), [("RFN", True), ("NRFN", False), (None, None)])
def test_what_is_said_of_refunds_is_kept(
    tag: str | None, is_refundable: bool | None, source_server: SourceServer
) -> None:
    hotel = liteapi_hotel()
    (rate,) = hotel["roomTypes"][0]["rates"]
    rate["cancellationPolicies"]["refundableTag"] = tag

    (offer,) = search_among(source_server, hotel)

    assert offer.refundable is is_refundable


def test_one_room_that_cannot_be_refunded_makes_the_offer_so(source_server: SourceServer) -> None:
    hotel = liteapi_hotel()
    rates = hotel["roomTypes"][0]["rates"]
    rates.append(rates[0] | {"cancellationPolicies": {"refundableTag": "NRFN"}})

    (offer,) = search_among(source_server, hotel)

    assert offer.refundable is False


def test_a_rate_without_fees_is_a_rate(source_server: SourceServer) -> None:
    hotel = liteapi_hotel()
    hotel["roomTypes"][0]["rates"][0]["retailRate"]["taxesAndFees"] = None

    (offer,) = search_among(source_server, hotel)

    assert offer.price.amount == Decimal("201.5")


@pytest.mark.parametrize(("is_sandbox", "source"), [(True, "liteapi (test)"), (False, "liteapi")])
def test_rates_of_a_sandbox_key_say_that_they_are(
    is_sandbox: bool, source: str, source_server: SourceServer
) -> None:
    (offer,) = search_among(source_server, liteapi_hotel(), sandbox=is_sandbox)

    assert offer.source == source


def test_no_content_is_no_hotel(source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=204))

    assert search() == []


@pytest.mark.parametrize("rooms", [None, []])
def test_a_hotel_without_a_room_is_left_out(
    rooms: list[Json] | None, source_server: SourceServer
) -> None:
    full = {"hotelId": "lp1", "roomTypes": rooms}

    assert search_among(source_server, full) == []


@pytest.mark.parametrize("hotels", [None, []])
def test_a_hotel_that_nobody_names_goes_by_its_id(
    hotels: list[Json] | None, source_server: SourceServer
) -> None:
    (offer,) = search_among(source_server, liteapi_hotel(), hotels=hotels)

    assert offer.name == "lp1"


@pytest.mark.parametrize(
    "hotel", [liteapi_hotel(currency="USD"), liteapi_hotel(fee_currency="USD")]
)
def test_a_hotel_that_wants_a_part_in_another_currency_is_left_out(
    hotel: Json, source_server: SourceServer
) -> None:
    (offer,) = search_among(source_server, hotel, liteapi_hotel(2))

    assert offer.id == "lp2"


def test_another_currency_is_named_never_converted(source_server: SourceServer) -> None:
    with pytest.raises(NoOfferInCurrency, match="LiteAPI offers nothing in EUR, only in USD"):
        search_among(source_server, liteapi_hotel(currency="USD"))
