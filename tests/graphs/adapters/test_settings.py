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
        contact="FANJOIN_CONTACT/",
        data_dir=Path("FANJOIN_DATA_DIR"),
    )
