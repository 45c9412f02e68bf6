from pathlib import Path

import pytest

from graphs.adapters.settings import AdapterSettings

NAMES = (
    "TAVILY_API_KEY",
    "BRAVE_SEARCH_API_KEY",
    "FANJOIN_WIKIPEDIA_URL",
    "FANJOIN_ARXIV_URL",
    "FANJOIN_TAVILY_URL",
    "FANJOIN_BRAVE_URL",
    "FANJOIN_IMAGE_MODEL",
    "FANJOIN_VISION_MODEL",
    "DUFFEL_ACCESS_TOKEN",
    "LITEAPI_API_KEY",
    "TICKETMASTER_API_KEY",
    "FANJOIN_DUFFEL_URL",
    "FANJOIN_LITEAPI_URL",
    "FANJOIN_TICKETMASTER_URL",
    "FANJOIN_GUEST_NATIONALITY",
    "FANJOIN_CONTENT_DATABASE_URL",
    "FANJOIN_MODERATION_MODEL",
    "OPEN_METEO_API_KEY",
    "FANJOIN_OPEN_METEO_URL",
    "FANJOIN_OPEN_METEO_ARCHIVE_URL",
    "FANJOIN_OPEN_METEO_GEOCODING_URL",
    "FANJOIN_CONTACT",
    "FANJOIN_DATA_DIR",
)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_unset_or_empty_has_its_default(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)

    assert AdapterSettings.read() == AdapterSettings()


def test_each_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, f"{name}/")

    settings = AdapterSettings.read()

    assert settings == AdapterSettings(
        tavily_api_key="TAVILY_API_KEY/",
        brave_search_api_key="BRAVE_SEARCH_API_KEY/",
        wikipedia_url="FANJOIN_WIKIPEDIA_URL",
        arxiv_url="FANJOIN_ARXIV_URL",
        tavily_url="FANJOIN_TAVILY_URL",
        brave_url="FANJOIN_BRAVE_URL",
        image_model="FANJOIN_IMAGE_MODEL/",
        vision_model="FANJOIN_VISION_MODEL/",
        duffel_access_token="DUFFEL_ACCESS_TOKEN/",
        liteapi_api_key="LITEAPI_API_KEY/",
        ticketmaster_api_key="TICKETMASTER_API_KEY/",
        duffel_url="FANJOIN_DUFFEL_URL",
        liteapi_url="FANJOIN_LITEAPI_URL",
        ticketmaster_url="FANJOIN_TICKETMASTER_URL",
        guest_nationality="FANJOIN_GUEST_NATIONALITY/",
        content_database_url="FANJOIN_CONTENT_DATABASE_URL/",
        moderation_model="FANJOIN_MODERATION_MODEL/",
        open_meteo_api_key="OPEN_METEO_API_KEY/",
        open_meteo_url="FANJOIN_OPEN_METEO_URL",
        open_meteo_archive_url="FANJOIN_OPEN_METEO_ARCHIVE_URL",
        open_meteo_geocoding_url="FANJOIN_OPEN_METEO_GEOCODING_URL",
        contact="FANJOIN_CONTACT/",
        data_dir=Path("FANJOIN_DATA_DIR"),
    )


def test_a_customer_of_open_meteo_asks_at_the_addresses_for_customers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPEN_METEO_API_KEY", "key")
    monkeypatch.delenv("FANJOIN_OPEN_METEO_URL")
    monkeypatch.delenv("FANJOIN_OPEN_METEO_ARCHIVE_URL")
    monkeypatch.setenv("FANJOIN_OPEN_METEO_GEOCODING_URL", "https://gateway.example/")

    settings = AdapterSettings.read()

    assert settings.open_meteo_url == "https://customer-api.open-meteo.com"
    assert settings.open_meteo_archive_url == "https://customer-archive-api.open-meteo.com"
    assert settings.open_meteo_geocoding_url == "https://gateway.example"
