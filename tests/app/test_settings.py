"""What the environment may say, and what is refused."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from app.cli.wrong_variables import wrong_variables
from app.setting_types import is_loopback
from app.settings import Settings

KEY = "k" * 24


def read(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def test_keys_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_API_KEYS", f"{KEY}1, {KEY}2")

    assert [key.get_secret_value() for key in read().api_keys] == [f"{KEY}1", f"{KEY}2"]


def test_lists_may_be_json_as_other_services_take_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_API_KEYS", f'["{KEY}1", "{KEY}2"]')
    monkeypatch.setenv("FANJOIN_ALLOWED_HOSTS", '["example.com"]')
    monkeypatch.setenv("FANJOIN_CORS_ORIGINS", ' ["http://localhost:5173"]')

    settings = read()

    assert [key.get_secret_value() for key in settings.api_keys] == [f"{KEY}1", f"{KEY}2"]
    assert settings.allowed_hosts == ("example.com",)
    assert settings.cors_origins == ("http://localhost:5173",)


def test_list_that_begins_like_json_and_is_none_is_refused_without_a_key_in_it() -> None:
    with pytest.raises(ValidationError, match="separate by commas") as refused:
        read(api_keys=f'["{KEY}1", ')

    (wrong,) = wrong_variables(refused.value)
    assert "FANJOIN_API_KEYS" in wrong.detail
    assert KEY not in f"{wrong.detail}{wrong.fix}"


@pytest.mark.parametrize("keys", ["changeme", "secret", f"{KEY},short", " "])
def test_weak_and_placeholder_keys_are_refused(keys: str) -> None:
    with pytest.raises(ValidationError, match="openssl rand"):
        read(api_keys=keys)


@pytest.mark.parametrize("given", [{"environment": "production"}, {"host": "0.0.0.0"}])
def test_open_doors_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="set FANJOIN_API_KEYS"):
        read(**given)

    assert read(**given, api_keys=KEY)


def test_refusal_shows_no_key() -> None:
    with pytest.raises(ValidationError) as refused:
        read(api_keys=f"{KEY},short-secret", port=-1)

    assert "short-secret" not in str(refused.value)
    assert "openssl rand" in str(refused.value)


def test_database_is_postgres_or_left_out() -> None:
    there = read(database_url="postgres://me:p%40ss@host/name")

    assert there.postgres_url == "postgresql://me:p%40ss@host/name"
    assert set(there.secrets) == {"p%40ss", "p@ss"}
    assert read().postgres_url is None
    with pytest.raises(ValidationError, match="FANJOIN_DATA_DIR"):
        read(database_url="sqlite:///somewhere.db")


NUMBERS = [
    name
    for name, field in Settings.model_fields.items()
    if {int, float} & {field.annotation, *get_args(field.annotation)}
]


@pytest.mark.parametrize("value", ["1e300", "inf", "-inf", "nan", "-1", "1e12", "9" * 5000])
@pytest.mark.parametrize("name", NUMBERS)
def test_absurd_numbers_are_refused_with_the_bounds(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"FANJOIN_{name.upper()}", value)

    with pytest.raises(ValidationError) as refused:
        read()

    [wrong] = wrong_variables(refused.value)
    assert wrong.field == name
    assert "at most" in wrong.detail
    assert "at least" in wrong.detail or "more than" in wrong.detail
    assert len(wrong.detail) < 400


@pytest.mark.parametrize("price", ["1e300", '"NaN"', '"Infinity"', "-1"])
def test_absurd_prices_are_refused(price: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PRICES", f'{{"m": {{"input": {price}, "output": 1}}}}')

    with pytest.raises(ValidationError, match=r"prices\.m\.input"):
        read()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("host", False)],
)
def test_loopback_is_known(host: str, expected: bool) -> None:  # a parameter of the test
    assert is_loopback(host) is expected


def test_embedded_model_is_wanted_only_without_another_and_outside_production() -> None:
    assert read().wants_embedded_model
    assert not read(openai_api_key="x").wants_embedded_model
    assert not read(openai_base_url="http://there/v1").wants_embedded_model
    assert not read(local_model="off").wants_embedded_model
    assert not read(environment="production", api_keys=KEY).wants_embedded_model
