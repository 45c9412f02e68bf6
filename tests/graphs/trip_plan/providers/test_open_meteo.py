import asyncio
import logging

import pytest

from graphs.adapters.errors import SourceRefused
from graphs.trip_plan.providers.geocoding import geocode
from graphs.trip_plan.providers.open_meteo import OpenMeteoSettings
from graphs.trip_plan.weather import trip_weather
from tests.graphs.trip_plan.trips_at_hand import TRIP
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer

SECRET = "nobody-may-see"


async def ask_all() -> None:
    await geocode("Auckland")
    await trip_weather(TRIP)


def test_without_a_key_none_is_sent(source_server: SourceServer) -> None:
    asyncio.run(ask_all())

    assert all("apikey" not in request.params for request in source_server.requests)


def test_a_key_goes_to_every_service_and_into_no_log(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPEN_METEO_API_KEY", SECRET)
    caplog.set_level(logging.DEBUG)

    asyncio.run(ask_all())

    assert len(source_server.requests) > 1
    assert {request.params["apikey"] for request in source_server.requests} == {SECRET}
    logged = [record.getMessage() for record in caplog.records if record.name != "uvicorn.access"]
    assert any("apikey=hidden" in message for message in logged)
    assert SECRET not in str(logged)


def test_a_refused_key_is_named_by_its_setting_only(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPEN_METEO_API_KEY", SECRET)
    source_server.answer(SourceAnswer(status=401))

    with pytest.raises(SourceRefused, match="check OPEN_METEO_API_KEY") as caught:
        asyncio.run(geocode("Auckland"))

    assert SECRET not in f"{caught.value!r} {caught.value.response.headers}"


def test_a_customer_has_the_addresses_for_customers_unless_another_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPEN_METEO_API_KEY", SECRET)
    monkeypatch.delenv("FANJOIN_OPEN_METEO_URL")
    monkeypatch.delenv("FANJOIN_OPEN_METEO_ARCHIVE_URL")
    monkeypatch.setenv("FANJOIN_OPEN_METEO_GEOCODING_URL", "https://gateway.example/")

    settings = OpenMeteoSettings.read()

    assert settings.url == "https://customer-api.open-meteo.com"
    assert settings.archive_url == "https://customer-archive-api.open-meteo.com"
    assert settings.geocoding_url == "https://gateway.example"
