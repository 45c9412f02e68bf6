"""Flights by Duffel: an offer request for there and back, then the cheapest of its offers.

Requests and answers as in duffel.com/docs/api/v2/offer-requests and …/v2/offers. The offers are
asked for apart, sorted and limited, because a request may have thousands. With a test token they
are made up (Duffel Airways), and their source says so. Duffel quotes in the currency its account is
billed in; it cannot be asked for another.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, NaiveDatetime

from graphs.adapters.errors import SourceNotConfigured
from graphs.adapters.http.fetch import TIMEOUT, Service
from graphs.trip_plan.money import Currency, Money
from graphs.trip_plan.offers import MOST_OFFERS, Airport, Flight, FlightPair, Trip
from graphs.trip_plan.providers import duffel_api
from graphs.trip_plan.providers.answers import (
    Fare,
    Name,
    note_left_out,
    parse_exactly,
)

DUFFEL = Service("Duffel", "FANJOIN_DUFFEL_URL", "DUFFEL_ACCESS_TOKEN")

_AIRLINE_MILLISECONDS = 10_000
"""How long Duffel waits for an airline; its own default is longer than a whole answer may take."""


class SegmentEnd(BaseModel):
    """Where a segment begins or ends."""

    iata_code: Airport
    time_zone: ZoneInfo


class Carrier(BaseModel):
    """The airline that sells a segment."""

    name: Name
    iata_code: str | None = None


class Segment(BaseModel):
    """One flight; its times are local to its airports."""

    origin: SegmentEnd
    destination: SegmentEnd
    departing_at: NaiveDatetime
    arriving_at: NaiveDatetime
    marketing_carrier: Carrier
    marketing_carrier_flight_number: str
    stops: list[object] | None = None
    """Landings on the way, under the same flight number."""


class Slice(BaseModel):
    """One way."""

    segments: Annotated[list[Segment], Field(min_length=1)]


class Offer(BaseModel):
    """There and back, at one price."""

    id: str
    live_mode: bool
    total_amount: Fare
    total_currency: Currency
    slices: Annotated[list[Slice], Field(min_length=2, max_length=2)]


class Offers(BaseModel):
    """A page of offers."""

    data: list[Offer]


class OfferRequest(BaseModel):
    """What is read of an offer request."""

    id: str


class CreatedOfferRequest(BaseModel):
    """The answer to an offer request."""

    data: OfferRequest


@dataclass(frozen=True)
class Duffel:
    """Flights of the airlines that Duffel sells; `timeout` is seconds per request, of two."""

    timeout: float = TIMEOUT

    name = "duffel"

    @staticmethod
    def is_configured() -> bool:
        """Whether a token is set."""
        return duffel_api.DuffelSettings.read().access_token is not None

    async def search(self, trip: Trip) -> list[FlightPair]:
        """Return at most `MOST_OFFERS` return flights in economy, the cheapest first.

        Each way is given half of the price, for Duffel does not price them apart.

        Raises:
            SourceNotConfigured: no token is set.
            NoOfferInCurrency: Duffel's account is billed in another currency than the trip's.
            SourceError: Duffel cannot answer.
        """
        if not self.is_configured():
            raise SourceNotConfigured("flights cannot be searched: set DUFFEL_ACCESS_TOKEN")
        created = await duffel_api.ask(
            DUFFEL,
            "POST",
            "air/offer_requests",
            params={"return_offers": "false", "supplier_timeout": _AIRLINE_MILLISECONDS},
            json={"data": _offer_request(trip)},
            seconds=self.timeout,
        )
        request = parse_exactly(DUFFEL, CreatedOfferRequest, created).data
        page = await duffel_api.ask(
            DUFFEL,
            "GET",
            "air/offers",
            params={"offer_request_id": request.id, "sort": "total_amount", "limit": MOST_OFFERS},
            seconds=self.timeout,
        )
        received = parse_exactly(DUFFEL, Offers, page).data
        offers = [offer for offer in received if offer.total_currency == trip.currency]
        others = [one.total_currency for one in received if one.total_currency != trip.currency]
        note_left_out(DUFFEL, trip.currency, others=others, usable=len(offers))
        return sorted(map(_pair, offers), key=lambda pair: pair.price.amount)[:MOST_OFFERS]


def _offer_request(trip: Trip) -> dict[str, object]:
    there, back = trip.origin, trip.destination.airport
    return {
        "slices": [
            {"origin": there, "destination": back, "departure_date": trip.start.isoformat()},
            {"origin": back, "destination": there, "departure_date": trip.end.isoformat()},
        ],
        "passengers": [{"type": "adult"}] * trip.travellers,
        "cabin_class": "economy",
    }


def _pair(offer: Offer) -> FlightPair:
    price = Money(amount=offer.total_amount, currency=offer.total_currency)
    half = Money(
        amount=(price.amount / 2).quantize(Decimal("0.01"), ROUND_DOWN), currency=price.currency
    )
    outbound, inbound = offer.slices
    return FlightPair(
        outbound=_flight(offer, outbound, f"{offer.id}/1", half),
        inbound=_flight(offer, inbound, f"{offer.id}/2", price - half),
        price=price,
    )


def _flight(offer: Offer, way: Slice, flight_id: str, price: Money) -> Flight:
    first, last = way.segments[0], way.segments[-1]
    carrier = first.marketing_carrier
    departs, arrives = _times(first, last)
    return Flight(
        id=flight_id,
        airline=carrier.name,
        number=f"{carrier.iata_code or ''}{first.marketing_carrier_flight_number}",
        origin=first.origin.iata_code,
        destination=last.destination.iata_code,
        departs=departs,
        arrives=arrives,
        stops=len(way.segments) - 1 + sum(len(segment.stops or []) for segment in way.segments),
        price=price,
        source=Duffel.name if offer.live_mode else f"{Duffel.name} (test)",
    )


def _times(first: Segment, last: Segment) -> tuple[datetime, datetime]:
    """Return departure and arrival in their zones.

    An hour that clocks show twice is the first of the two, unless that were before the departure.
    """
    departs = first.departing_at.replace(tzinfo=first.origin.time_zone)
    arrives = last.arriving_at.replace(tzinfo=last.destination.time_zone)
    return departs, arrives if arrives >= departs else arrives.replace(fold=1)
