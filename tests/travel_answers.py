"""What the tests' source server answers as Duffel, LiteAPI and Ticketmaster, as they document it.

Each takes the query, the body and whether it finds nothing. A test that wants another answer takes
a part of a good one and changes it.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

DUFFEL_REQUESTS = "/air/offer_requests"
DUFFEL_OFFERS = "/air/offers"
LITEAPI = "/v3.0/hotels/rates"
TICKETMASTER = "/discovery/v2/events.json"

Json: TypeAlias = dict[str, Any]

LONDON = {"iata_code": "LHR", "name": "Heathrow", "time_zone": "Europe/London"}
LISBON = {"iata_code": "LIS", "name": "Humberto Delgado", "time_zone": "Europe/Lisbon"}


def duffel_segment(
    origin: Mapping[str, str], destination: Mapping[str, str], departs: str, arrives: str
) -> Json:
    """One flight, its times local and without a zone."""
    airways = {"iata_code": "ZZ", "id": "arl_1", "name": "Duffel Airways"}
    return {
        "id": "seg_1",
        "origin": dict(origin),
        "destination": dict(destination),
        "departing_at": departs,
        "arriving_at": arrives,
        "duration": "PT2H35M",
        "marketing_carrier": airways,
        "marketing_carrier_flight_number": "1234",
        "operating_carrier": airways,
        "operating_carrier_flight_number": None,
        "stops": [],
    }


def duffel_offer(
    number: int = 1,
    *,
    days: tuple[str, str] = ("2027-03-27", "2027-03-30"),
    outbound: Json | None = None,
    **changes: Any,
) -> Json:
    """There and back between London and Lisbon; the second offer is the dearer."""
    start, end = days
    there = duffel_segment(LONDON, LISBON, f"{start}T09:05:00", f"{start}T11:45:00")
    back = duffel_segment(LISBON, LONDON, f"{end}T18:00:00", f"{end}T20:40:00")
    return {
        "id": f"off_{number}",
        "live_mode": False,
        "total_amount": f"{100 + number}.35",
        "total_currency": "EUR",
        "expires_at": "2027-01-17T10:42:14.545Z",
        "owner": {"iata_code": "ZZ", "name": "Duffel Airways"},
        "slices": [
            {"id": "sli_1", "duration": "PT2H40M", "segments": [outbound or there]},
            {"id": "sli_2", "duration": "PT2H40M", "segments": [back]},
        ],
    } | changes


def _duffel_request(_params: Mapping[str, str], body: Json, _is_empty: bool) -> str:
    # The days go along in the id, for nothing else of the request is remembered.
    days = "_".join(way["departure_date"] for way in body["data"]["slices"])
    return json.dumps({"data": {"id": f"orq_{days}", "live_mode": False, **body["data"]}})


def _duffel_offers(params: Mapping[str, str], _body: Json, is_empty: bool) -> str:
    _, start, end = params["offer_request_id"].split("_")
    offers = [] if is_empty else [duffel_offer(number, days=(start, end)) for number in (1, 2)]
    meta = {"after": None, "before": None, "limit": int(params["limit"])}
    return json.dumps({"data": offers, "meta": meta})


def liteapi_hotel(number: int = 1, *, currency: str = "EUR", fee_currency: str = "EUR") -> Json:
    """One hotel with its cheapest rate; a tax of it is paid there."""
    amount = 200.5 + number
    rate = {
        "rateId": "r",
        "occupancyNumber": 1,
        "name": "Standard Double Room",
        "adultCount": 2,
        "retailRate": {
            "total": [{"amount": amount, "currency": currency}],
            "taxesAndFees": [
                {"included": True, "description": "VAT", "amount": 12.1, "currency": currency},
                {
                    "included": False,
                    "description": "City tax",
                    "amount": 6.25,
                    "currency": fee_currency,
                },
            ],
        },
        "cancellationPolicies": {"cancelPolicyInfos": [], "refundableTag": "RFN"},
    }
    offer = {
        "offerId": "o",
        "rates": [rate],
        "offerRetailRate": {"amount": amount, "currency": currency},
        "rateType": "standard",
    }
    return {"hotelId": f"lp{number}", "roomTypes": [offer]}


def liteapi_answer(*hotels: Json, **changes: Any) -> Json:
    """Rates, and beside them the hotels they are of."""
    data = [
        {"id": hotel["hotelId"], "name": f"Hotel {hotel['hotelId']}", "rating": 8.7}
        for hotel in hotels
    ]
    return {"data": list(hotels), "hotels": data, "guestLevel": 0, "sandbox": True} | changes


def _liteapi(_params: Mapping[str, str], body: Json, is_empty: bool) -> str:
    if is_empty:
        return ""
    currency = body["currency"]
    hotels = [liteapi_hotel(n, currency=currency, fee_currency=currency) for n in (2, 1)]
    return json.dumps(liteapi_answer(*hotels))


def ticketmaster_event(number: int = 1, *, day: str = "2027-03-28", **start: Any) -> Json:
    """An evening in Lisbon; `start` changes what is said of its beginning."""
    return {
        "id": f"event{number}",
        "name": f"Concert {number}",
        "type": "event",
        "url": f"https://www.ticketmaster.pt/event/{number}",
        "dates": {
            "start": {
                "localDate": day,
                "localTime": "21:00:00",
                "dateTime": f"{day}T20:00:00Z",
                "dateTBD": False,
                "dateTBA": False,
                "timeTBA": False,
                "noSpecificTime": False,
            }
            | start,
            "timezone": "Europe/Lisbon",
            "status": {"code": "onsale"},
        },
        "priceRanges": [{"type": "standard", "currency": "EUR", "min": 25.5, "max": 80.0}],
        "_embedded": {"venues": [{"name": "Coliseu", "timezone": "Europe/Lisbon"}]},
    }


def ticketmaster_answer(*events: Json) -> Json:
    """A page of events; one without any has no `_embedded`."""
    page = {"size": 100, "totalElements": len(events), "totalPages": 1, "number": 0}
    return {"page": page} | ({"_embedded": {"events": list(events)}} if events else {})


def _ticketmaster(params: Mapping[str, str], _body: Json, is_empty: bool) -> str:
    first = params["localStartDateTime"][:10]
    events = [] if is_empty else [ticketmaster_event(number, day=first) for number in (1, 2)]
    return json.dumps(ticketmaster_answer(*events))


TRAVEL: dict[str, Callable[[Mapping[str, str], Json, bool], str]] = {
    DUFFEL_REQUESTS: _duffel_request,
    DUFFEL_OFFERS: _duffel_offers,
    LITEAPI: _liteapi,
    TICKETMASTER: _ticketmaster,
}
