"""Settings for a command, and what is said of wrong ones."""

import os
from pathlib import Path

import pytest

from app.cli.environment import load_settings
from app.cli.errors import BadSettings


def test_option_overrules_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PORT", "9001")

    assert load_settings(port=9002, host=None).port == 9002


def test_env_file_reaches_the_settings_and_the_graphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_MODEL", "taken out again after the test")
    monkeypatch.delenv("FANJOIN_MODEL")
    (tmp_path / ".env").write_text("FANJOIN_MODEL=small\n")

    settings = load_settings()

    assert settings.model == "small"
    assert os.environ["FANJOIN_MODEL"] == "small"


def test_every_wrong_variable_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PORT", "abc")
    monkeypatch.setenv("FANJOIN_LOG_LEVEL", "loud")

    with pytest.raises(BadSettings) as raised:
        load_settings()

    assert "FANJOIN_PORT = 'abc': Input should be a valid integer" in str(raised.value)
    assert "FANJOIN_LOG_LEVEL = 'loud': Input should be 'debug'" in str(raised.value)


def test_wrong_option_is_named_like_its_variable() -> None:
    with pytest.raises(BadSettings, match=r"FANJOIN_PORT = 99999: .* less than or equal to 65535"):
        load_settings(port=99999)


def test_place_inside_a_json_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PRICES", '{"small": {"input": 1}}')

    with pytest.raises(BadSettings, match=r"FANJOIN_PRICES\.small\.output = "):
        load_settings()


@pytest.mark.parametrize("host", ["::", "0.0.0.0"])
def test_open_door_is_told_with_the_whole_address(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_HOST", host)

    with pytest.raises(BadSettings, match=f"FANJOIN_HOST={host} would let anyone in: set "):
        load_settings()


def test_database_password_that_breaks_its_address_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANJOIN_DATABASE_URL", "postgresql://me:hush[hush@there/name")

    with pytest.raises(BadSettings, match=r"DATABASE_URL = \(hidden\): it is no address") as raised:
        load_settings()

    assert "hush" not in str(raised.value)


def test_variable_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PRICES", "{")

    with pytest.raises(BadSettings, match="FANJOIN_PRICES is not valid JSON"):
        load_settings()


def test_value_of_a_secret_is_never_told() -> None:
    with pytest.raises(BadSettings) as raised:
        load_settings(openai_api_key=["sk-secret"])

    assert "OPENAI_API_KEY = (hidden)" in str(raised.value)
    assert "sk-secret" not in str(raised.value)
