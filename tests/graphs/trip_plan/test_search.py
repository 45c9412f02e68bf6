import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from pydantic import BaseModel

from graphs.adapters.errors import SourceError
from graphs.trip_plan import search
from graphs.trip_plan.offers import Trip
from graphs.trip_plan.search import AirportUnknown
from tests.graphs.trip_plan.trips_at_hand import LISBON
from tests.graphs.trip_plan.trips_at_hand import TRIP as LIVE_TRIP
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.travel_answers import DUFFEL_REQUESTS, LITEAPI, TICKETMASTER

TRIP = replace(LIVE_TRIP, origin="LHR")

Search: TypeAlias = Callable[[Trip], Coroutine[Any, Any, Sequence[BaseModel]]]

each_search = pytest.mark.parametrize(
    ("find", "key", "path"),
    [
        (search.flights, "DUFFEL_ACCESS_TOKEN", DUFFEL_REQUESTS),
        (search.hotels, "LITEAPI_API_KEY", LITEAPI),
        (search.events, "TICKETMASTER_API_KEY", TICKETMASTER),
    ],
)


@each_search
def test_without_a_key_the_samples_answer(
    find: Search, key: str, path: str, source_server: SourceServer
) -> None:
    results = asyncio.run(find(TRIP))

    assert results
    assert all('"source":"sample"' in one.model_dump_json() for one in results)
    assert not source_server.requests


@each_search
def test_with_its_key_the_provider_answers(
    find: Search,
    key: str,
    path: str,
    source_server: SourceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(key, "test-key")

    results = asyncio.run(find(TRIP))

    assert results
    assert all('"sample"' not in one.model_dump_json() for one in results)
    assert source_server.requests_to(path)


@each_search
def test_the_samples_never_stand_in_for_a_provider_that_fails(
    find: Search,
    key: str,
    path: str,
    source_server: SourceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(key, "test-key")
    source_server.answer(SourceAnswer(status=500), path=path)

    with pytest.raises(SourceError, match="answered 500"):
        asyncio.run(find(TRIP))


@pytest.mark.parametrize(
    ("trip", "end"),
    [
        (replace(TRIP, origin=None), "the origin"),
        (replace(TRIP, destination=LISBON.model_copy(update={"airport": None})), "Lisbon"),
    ],
)
def test_duffel_is_not_asked_without_an_airport_at_both_ends(
    trip: Trip, end: str, source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUFFEL_ACCESS_TOKEN", "test-key")

    with pytest.raises(AirportUnknown, match=f"no airport of {end}"):
        asyncio.run(search.flights(trip))

    assert not source_server.requests
