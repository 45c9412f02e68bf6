"""Hotels by LiteAPI: the cheapest rate of each hotel near a place, for as many rooms as needed.

Request and answer as in docs.liteapi.travel, `POST /hotels/rates`. With a sandbox key the rates are
test data, and their source says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Self

from pydantic import BaseModel, Field

from graphs.adapters.environment import address_in, text_in
from graphs.adapters.errors import SourceNotConfigured
from graphs.adapters.http.fetch import TIMEOUT, Service, api_client, fetch
from graphs.trip_plan.money import Currency, Money, total
from graphs.trip_plan.offers import MOST_OFFERS, Hotel, Trip
from graphs.trip_plan.providers.answers import (
    ExactAmount,
    Fare,
    Name,
    note_left_out,
    parse_exactly,
)

LITEAPI = Service("LiteAPI", "FANJOIN_LITEAPI_URL", "LITEAPI_API_KEY")

_METRES_AROUND = 10_000
_MOST_HOTELS = 100
"""Whose rates are asked for; at one rate each their answer stays well below the bytes read."""

_RATES_SECONDS = 8
"""How long LiteAPI gathers rates; its documentation recommends 6 to 12."""

_ADULTS_A_ROOM = 2


class Price(BaseModel):
    """An amount of money."""

    amount: Fare
    currency: Currency


class Fee(Price):
    """A tax, fee or rebate; where it is not included it is paid at the hotel, on top."""

    amount: ExactAmount
    included: bool


class RetailRate(BaseModel):
    """What is read of a room's price."""

    fees: list[Fee] | None = Field(default=None, alias="taxesAndFees")


class CancellationPolicies(BaseModel):
    """What is read of the rules for cancelling."""

    tag: str | None = Field(default=None, alias="refundableTag")
    """`RFN` or `NRFN`."""


class Rate(BaseModel):
    """One room of an offer."""

    retail_rate: RetailRate = Field(alias="retailRate")
    cancellation: CancellationPolicies = Field(
        default_factory=CancellationPolicies, alias="cancellationPolicies"
    )


class RoomType(BaseModel):
    """An offer: rooms for the whole party."""

    total: Price | Annotated[list[Price], Field(min_length=1, max_length=1)] = Field(
        alias="offerRetailRate"
    )
    """A list in the documented schema, a price by itself in the documented answer."""

    rates: list[Rate]

    def parts(self) -> Iterator[Money]:
        """Yield all that has to be paid: the price of the rooms, and what the hotel adds."""
        prices = self.total if isinstance(self.total, list) else [self.total]
        fees = (fee for rate in self.rates for fee in rate.retail_rate.fees or [])
        for price in (*prices, *(fee for fee in fees if not fee.included)):
            yield Money(amount=price.amount, currency=price.currency)

    def is_refundable(self) -> bool | None:
        tags = {rate.cancellation.tag for rate in self.rates}
        return None if None in tags or not tags else tags == {"RFN"}


class HotelRates(BaseModel):
    """The offers of one hotel, the cheapest first: one was asked for, it may have none."""

    hotel_id: str = Field(alias="hotelId")
    room_types: list[RoomType] | None = Field(alias="roomTypes")


class HotelData(BaseModel):
    """What is read of a hotel; its rating is that of guests, there are no stars."""

    id: str
    name: Name


class Answer(BaseModel):
    """The rates, and beside them the hotels they are of."""

    data: list[HotelRates]
    hotels: list[HotelData] | None = None
    sandbox: bool = False


@dataclass(frozen=True)
class LiteApiSettings:
    """Access to LiteAPI."""

    api_key: str | None = field(default=None, repr=False)
    """`LITEAPI_API_KEY`; with it hotels are searched by LiteAPI; a sandbox key's are test data."""

    url: str = "https://api.liteapi.travel"
    """`FANJOIN_LITEAPI_URL`: LiteAPI's own, or a gateway to it."""

    guest_nationality: str = "US"
    """`FANJOIN_GUEST_NATIONALITY`: whose hotel rates LiteAPI quotes, a country of ISO 3166."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(
            api_key=text_in("LITEAPI_API_KEY"),
            url=address_in("FANJOIN_LITEAPI_URL", cls.url),
            guest_nationality=text_in("FANJOIN_GUEST_NATIONALITY") or cls.guest_nationality,
        )


@dataclass(frozen=True)
class LiteApi:
    """Hotels within ten kilometres of a place; `timeout` is in seconds."""

    timeout: float = TIMEOUT

    name = "liteapi"

    @staticmethod
    def is_configured() -> bool:
        """Whether a key is set."""
        return LiteApiSettings.read().api_key is not None

    async def search(self, trip: Trip) -> list[Hotel]:
        """Return at most `MOST_OFFERS` hotels for the whole stay, the cheapest first.

        Two share a room. The price has in it what is paid at the hotel.

        Raises:
            SourceNotConfigured: no key is set.
            NoOfferInCurrency: every hotel wants at least a part in another currency.
            SourceError: LiteAPI cannot answer.
        """
        settings = LiteApiSettings.read()
        if not self.is_configured():
            raise SourceNotConfigured("hotels cannot be searched: set LITEAPI_API_KEY")
        fetched = await fetch(
            LITEAPI,
            api_client(),
            "POST",
            f"{settings.url}/v3.0/hotels/rates",
            headers={"Accept": "application/json", "X-API-Key": settings.api_key or ""},
            json=_question(trip, settings.guest_nationality),
            seconds=self.timeout,
        )
        if not fetched.content:  # 204: no hotel has a room
            return []
        return _hotels(parse_exactly(LITEAPI, Answer, fetched), trip)


def _question(trip: Trip, nationality: str) -> dict[str, object]:
    return {
        "latitude": trip.destination.latitude,
        "longitude": trip.destination.longitude,
        "radius": _METRES_AROUND,
        "checkin": trip.start.isoformat(),
        "checkout": trip.end.isoformat(),
        "occupancies": _rooms(trip.travellers),
        "currency": trip.currency,
        "guestNationality": nationality,
        "includeHotelData": True,
        "maxRatesPerHotel": 1,
        "sort": [{"field": "price", "direction": "ascending"}],
        "limit": _MOST_HOTELS,
        "timeout": _RATES_SECONDS,
    }


def _rooms(travellers: int) -> list[dict[str, int]]:
    full, left = divmod(travellers, _ADULTS_A_ROOM)
    return [{"adults": _ADULTS_A_ROOM}] * full + [{"adults": left}] * bool(left)


def _hotels(answer: Answer, trip: Trip) -> list[Hotel]:
    names = {hotel.id: hotel.name for hotel in answer.hotels or []}
    hotels, others = [], []
    for rates in answer.data:
        if not rates.room_types:
            continue
        offer = rates.room_types[0]
        parts = list(offer.parts())
        foreign = {part.currency for part in parts} - {trip.currency}
        if foreign:
            others.append(", ".join(sorted(foreign)))
            continue
        hotel = Hotel(
            id=rates.hotel_id,
            name=names.get(rates.hotel_id, rates.hotel_id),
            stars=None,
            check_in=trip.start,
            check_out=trip.end,
            price=total(parts, trip.currency),
            refundable=offer.is_refundable(),
            source=f"{LiteApi.name} (test)" if answer.sandbox else LiteApi.name,
        )
        hotels.append(hotel)
    note_left_out(LITEAPI, trip.currency, others=others, usable=len(hotels))
    return sorted(hotels, key=lambda hotel: hotel.price.amount)[:MOST_OFFERS]
