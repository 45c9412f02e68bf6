import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from graphs.adapters.errors import SourceAnswerUnusable
from graphs.kit.policy.attempts import is_worth_retrying
from graphs.trip_plan.errors import NoOfferInCurrency
from graphs.trip_plan.money import Money
from graphs.trip_plan.offers import FlightPair
from graphs.trip_plan.providers.duffel import Duffel
from tests.graphs.trip_plan.trips_at_hand import TRIP
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.travel_answers import (
    DUFFEL_OFFERS,
    LISBON,
    LONDON,
    Json,
    duffel_offer,
    duffel_segment,
)

TOKYO = {"iata_code": "HND", "name": "Haneda", "time_zone": "Asia/Tokyo"}
HONOLULU = {"iata_code": "HNL", "name": "Daniel K. Inouye", "time_zone": "Pacific/Honolulu"}


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUFFEL_ACCESS_TOKEN", "duffel_test_token")


def search() -> list[FlightPair]:
    return asyncio.run(Duffel().search(TRIP))


def answer(source_server: SourceServer, *offers: Json) -> None:
    body = json.dumps({"data": offers})
    source_server.answer(SourceAnswer(body=body), path=DUFFEL_OFFERS)


def search_one(source_server: SourceServer, **offer: Any) -> FlightPair:
    answer(source_server, duffel_offer(**offer))
    (pair,) = search()
    return pair


def test_there_and_back_are_asked_for_as_documented(source_server: SourceServer) -> None:
    search()

    request, offers = source_server.requests
    for sent in (request, offers):
        assert sent.headers["duffel-version"] == "v2"
        assert sent.headers["authorization"] == "Bearer duffel_test_token"
        assert sent.headers["accept"] == "application/json"
    assert request.params == {"return_offers": "false", "supplier_timeout": "10000"}
    assert request.body["data"] == {
        "slices": [
            {"origin": "LON", "destination": "LIS", "departure_date": "2027-03-27"},
            {"origin": "LIS", "destination": "LON", "departure_date": "2027-03-30"},
        ],
        "passengers": [{"type": "adult"}, {"type": "adult"}],
        "cabin_class": "economy",
    }
    assert offers.params == {
        "offer_request_id": "orq_2027-03-27_2027-03-30",
        "sort": "total_amount",
        "limit": "20",
    }


def test_an_offer_is_two_flights_at_one_exact_price(source_server: SourceServer) -> None:
    pair, _ = search()

    assert pair.price == Money(amount=Decimal("101.35"), currency="EUR")
    assert pair.outbound.price == Money(amount=Decimal("50.67"), currency="EUR")
    assert pair.outbound.price + pair.inbound.price == pair.price
    assert (pair.outbound.airline, pair.outbound.number) == ("Duffel Airways", "ZZ1234")
    assert (pair.outbound.origin, pair.outbound.destination) == ("LHR", "LIS")
    assert (pair.inbound.origin, pair.inbound.destination) == ("LIS", "LHR")
    assert pair.outbound.departs.date() == TRIP.start == date(2027, 3, 27)
    assert pair.outbound.id != pair.inbound.id


@pytest.mark.parametrize(("is_live", "source"), [(True, "duffel"), (False, "duffel (test)")])
def test_offers_of_a_test_token_say_that_they_are(
    is_live: bool, source: str, source_server: SourceServer
) -> None:
    pair = search_one(source_server, live_mode=is_live)

    assert pair.outbound.source == pair.inbound.source == source


def test_the_cheapest_is_first_by_amount_not_by_spelling(source_server: SourceServer) -> None:
    answer(source_server, duffel_offer(total_amount="1000.00"), duffel_offer(total_amount="99.90"))

    cheap, dear = search()

    assert cheap.price.amount < dear.price.amount


def test_local_times_get_the_offset_of_their_own_day(source_server: SourceServer) -> None:
    pair, _ = search()

    # Clocks in London go forward on 28 March 2027.
    assert pair.outbound.departs.utcoffset() == timedelta(0)
    assert pair.inbound.departs.utcoffset() == timedelta(hours=1)
    assert pair.outbound.departs.astimezone(UTC) == datetime(2027, 3, 27, 9, 5, tzinfo=UTC)
    assert pair.inbound.arrives.astimezone(UTC) == datetime(2027, 3, 30, 19, 40, tzinfo=UTC)


def test_a_flight_over_the_date_line_arrives_before_it_departs_by_the_clock(
    source_server: SourceServer,
) -> None:
    flight = duffel_segment(TOKYO, HONOLULU, "2027-03-27T21:00:00", "2027-03-27T09:00:00")

    pair = search_one(source_server, outbound=flight)

    assert pair.outbound.arrives - pair.outbound.departs == timedelta(hours=7)


def test_an_hour_that_is_there_twice_is_never_before_the_departure(
    source_server: SourceServer,
) -> None:
    # At 2:00 on 31 October 2027 the clocks of London and Lisbon go back to 1:00.
    flight = duffel_segment(LONDON, LISBON, "2027-10-31T01:50:00", "2027-10-31T01:10:00")

    pair = search_one(source_server, outbound=flight)

    took = pair.outbound.arrives.astimezone(UTC) - pair.outbound.departs.astimezone(UTC)
    assert took == timedelta(minutes=20)


def test_changes_and_landings_on_the_way_are_stops(source_server: SourceServer) -> None:
    segment = duffel_segment(LONDON, LISBON, "2027-03-27T09:05:00", "2027-03-27T11:45:00")
    ways = [
        {"segments": [segment, segment | {"stops": [{"id": "sto_1"}]}]},
        {"segments": [segment | {"stops": None}]},
    ]

    pair = search_one(source_server, slices=ways)

    assert (pair.outbound.stops, pair.inbound.stops) == (2, 0)


def test_an_airline_without_a_code_keeps_its_number(source_server: SourceServer) -> None:
    segment = duffel_segment(LONDON, LISBON, "2027-03-27T09:05:00", "2027-03-27T11:45:00")
    segment["marketing_carrier"] = {"name": " Air\n" + "long " * 99, "iata_code": None}

    pair = search_one(source_server, outbound=segment)

    assert pair.outbound.number == "1234"
    assert pair.outbound.airline.startswith("Air long")
    assert len(pair.outbound.airline) <= 200


def test_another_currency_is_named_never_converted(source_server: SourceServer) -> None:
    answer(source_server, duffel_offer(total_currency="GBP"), duffel_offer(total_currency="GBP"))

    with pytest.raises(
        NoOfferInCurrency, match="Duffel offers nothing in EUR, only in GBP"
    ) as caught:
        search()

    assert not is_worth_retrying(caught.value)


def test_offers_in_another_currency_are_left_out_and_counted(
    source_server: SourceServer, caplog: pytest.LogCaptureFixture
) -> None:
    answer(source_server, duffel_offer(1, total_currency="GBP"), duffel_offer(2))
    caplog.set_level("INFO", logger="graphs")

    (pair,) = search()

    assert pair.price == Money(amount=Decimal("102.35"), currency="EUR")
    (record,) = (record for record in caplog.records if "left out" in record.message)
    assert vars(record)["left_out"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"slices": []},
        {"slices": [{"segments": []}] * 2},
        {"total_currency": "euros"},
        {"total_amount": None},
        {"outbound": duffel_segment(LONDON, LISBON, "2027-03-27T09:05:00Z", "2027-03-27T11:45")},
        {"outbound": duffel_segment(LONDON, LISBON, "soon", "later")},
        {
            "outbound": duffel_segment(
                LONDON | {"time_zone": "Moon/Base"}, LISBON, "2027-03-27T09:05", "2027-03-27T11:45"
            )
        },
        {
            "outbound": duffel_segment(
                LONDON | {"iata_code": "heathrow"}, LISBON, "2027-03-27T09:05", "2027-03-27T11:45"
            )
        },
    ],
)
def test_an_offer_of_another_shape_is_unusable(change: Json, source_server: SourceServer) -> None:
    answer(source_server, duffel_offer(**change))

    with pytest.raises(SourceAnswerUnusable, match=r"Duffel answered out of shape: data\.0"):
        search()
