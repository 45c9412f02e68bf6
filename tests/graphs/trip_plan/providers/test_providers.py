"""What every live provider of a trip promises, whatever it sells."""

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Protocol

import pytest
from pydantic import BaseModel

from graphs.adapters.errors import (
    SourceAnswerUnusable,
    SourceNotConfigured,
    SourceRefused,
    SourceTimeout,
)
from graphs.kit.policy.attempts import is_worth_retrying
from graphs.trip_plan.offers import MOST_OFFERS, Trip
from graphs.trip_plan.providers.duffel import Duffel
from graphs.trip_plan.providers.liteapi import LiteApi
from graphs.trip_plan.providers.ticketmaster import Ticketmaster
from tests.graphs.trip_plan.trips_at_hand import TRIP
from tests.source_answers import SourceAnswer, never
from tests.source_server import SourceServer
from tests.still_time import run_in_still_time
from tests.travel_answers import (
    DUFFEL_OFFERS,
    LITEAPI,
    TICKETMASTER,
    duffel_offer,
    liteapi_answer,
    liteapi_hotel,
    ticketmaster_answer,
    ticketmaster_event,
)

KEYS = {
    "duffel": "DUFFEL_ACCESS_TOKEN",
    "liteapi": "LITEAPI_API_KEY",
    "ticketmaster": "TICKETMASTER_API_KEY",
}
PATHS = {"duffel": DUFFEL_OFFERS, "liteapi": LITEAPI, "ticketmaster": TICKETMASTER}
PRICES = {"duffel": '"101.35"', "liteapi": "201.5", "ticketmaster": "25.5"}
"""What the first offer of each costs, as it stands in its answer."""

SECRET = "nobody-may-see"


class Provider(Protocol):
    name: str

    def is_configured(self) -> bool: ...

    async def search(self, trip: Trip, /) -> Sequence[BaseModel]: ...


@pytest.fixture(params=[Duffel(), LiteApi(), Ticketmaster()], ids=list(KEYS))
def provider(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Each of them in turn, its key set."""
    chosen: Provider = request.param
    monkeypatch.setenv(KEYS[chosen.name], SECRET)
    return chosen


def search(provider: Provider) -> Sequence[BaseModel]:
    return asyncio.run(provider.search(TRIP))


def offers_of(provider: Provider, count: int) -> str:
    """An answer with so many offers, as the provider sends it."""
    numbers = range(1, count + 1)
    if provider.name == "duffel":
        return json.dumps({"data": [duffel_offer(number) for number in numbers]})
    if provider.name == "liteapi":
        return json.dumps(liteapi_answer(*map(liteapi_hotel, numbers)))
    return json.dumps(ticketmaster_answer(*map(ticketmaster_event, numbers)))


def answer_with(source_server: SourceServer, provider: Provider, body: str) -> None:
    source_server.answer(SourceAnswer(body=body), path=PATHS[provider.name])


def test_a_good_answer_is_offers_that_survive_json(
    provider: Provider, source_server: SourceServer
) -> None:
    offers = search(provider)

    assert provider.is_configured()
    assert len(offers) == 2
    for offer in offers:
        assert type(offer).model_validate_json(offer.model_dump_json()) == offer


def test_nothing_found_is_an_empty_list(provider: Provider, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(is_empty=True))

    assert search(provider) == []


def test_without_a_key_nobody_is_asked_and_the_setting_is_named(
    provider: Provider, source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEYS[provider.name])

    with pytest.raises(SourceNotConfigured, match=KEYS[provider.name]) as caught:
        search(provider)

    assert not provider.is_configured()
    assert not is_worth_retrying(caught.value)
    assert source_server.requests == []


def test_a_wrong_key_is_final_and_the_setting_is_named(
    provider: Provider, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=401, body="wrong key"))

    with pytest.raises(SourceRefused, match=f"401: check {KEYS[provider.name]}") as caught:
        search(provider)

    assert not is_worth_retrying(caught.value)
    assert len(source_server.requests) == 1


def test_a_rate_limit_says_when_to_come_back(
    provider: Provider, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=429, retry_after=7))

    with pytest.raises(SourceRefused, match="429: try again later") as caught:
        search(provider)

    assert is_worth_retrying(caught.value)
    assert caught.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_service_is_worth_another_attempt(
    status: int, provider: Provider, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=status))

    with pytest.raises(SourceRefused, match=str(status)) as caught:
        search(provider)

    assert is_worth_retrying(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "{}",
        "[]",
        "null",
        '{"data": [{}], "page": {}}',
        '{"data": NaN, "page": NaN}',
        '{"data": {"id": "\\ud800"}, "page": {"totalElements": 1}, "more": "\\ud800"}',
        "[" * 100_000,
    ],
)
def test_an_answer_of_another_shape_is_unusable(
    body: str, provider: Provider, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(body=body))

    with pytest.raises(SourceAnswerUnusable, match="out of shape"):
        search(provider)


@pytest.mark.parametrize("amount", ["9" * 30, "1e9", "-1e400", "1e999999999", "-0.01", '"a lot"'])
def test_an_amount_that_is_no_price_is_unusable(
    amount: str, provider: Provider, source_server: SourceServer
) -> None:
    answer_with(
        source_server, provider, offers_of(provider, 1).replace(PRICES[provider.name], amount)
    )

    with pytest.raises(SourceAnswerUnusable, match="out of shape"):
        search(provider)


def test_no_more_offers_than_the_most_come_back(
    provider: Provider, source_server: SourceServer
) -> None:
    answer_with(source_server, provider, offers_of(provider, 100))

    assert len(search(provider)) == MOST_OFFERS


def test_a_stalled_service_is_given_up(provider: Provider, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(when=never))
    hasty = type(provider)(timeout=0.2)  # type: ignore[call-arg]  # every one has it

    with pytest.raises(SourceTimeout):
        run_in_still_time(hasty.search(TRIP), until=lambda: source_server.wait_for_requests(1))


@pytest.mark.parametrize("answer", [SourceAnswer(), SourceAnswer(status=500)])
def test_a_key_is_in_no_log_and_no_error(
    answer: SourceAnswer,
    provider: Provider,
    source_server: SourceServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source_server.answer(answer)
    caplog.set_level(logging.DEBUG)

    said = ""
    try:
        search(provider)
    except SourceRefused as error:
        said = f"{error!r} {error.__cause__} {error.response.headers}"

    logged = [record.getMessage() for record in caplog.records if record.name != "uvicorn.access"]
    assert any("HTTP Request" in message for message in logged)
    assert SECRET in str(source_server.requests)
    assert SECRET not in f"{logged} {said}"
