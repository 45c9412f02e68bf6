"""Settings that cannot be used: named, and out of the way of the other checks."""

import os
from pathlib import Path

import pytest

from app.cli.doctor.reading import read_settings
from app.cli.doctor.variables import check_settings

pytestmark = pytest.mark.anyio


async def wrong() -> list[tuple[str, str | None]]:
    findings = await check_settings(read_settings())
    return [(finding.detail, finding.fix) for finding in findings if finding.status != "ok"]


async def test_every_wrong_variable_is_named_with_value_and_fix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANJOIN_PORT", "abc")
    monkeypatch.setenv("FANJOIN_PRICES", "{")
    monkeypatch.setenv("FANJOIN_DATABASE_URL", "mysql://me:hushhush@there/name")

    finding = await wrong()

    details = " ".join(detail for detail, _ in finding)
    assert "FANJOIN_PORT = 'abc': Input should be a valid integer" in details
    assert "FANJOIN_PRICES is not valid JSON" in details
    assert "FANJOIN_DATABASE_URL = (hidden): it must begin with postgresql://" in details
    assert "correct FANJOIN_PORT, or leave it out, which means 8000" in [fix for _, fix in finding]
    assert len(finding) == 3


async def test_wrong_variable_of_the_env_file_does_not_hide_the_right_ones(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FANJOIN_PRICES={\nFANJOIN_MODEL=small\nFANJOIN_PORT=0.5\n")

    try:
        reading = read_settings()
    finally:
        os.environ.pop("FANJOIN_MODEL")

    assert reading.wrong_fields == {"prices", "port"}
    assert (reading.settings.model, reading.settings.port) == ("small", 8000)


@pytest.mark.parametrize(
    "given", [{"FANJOIN_HOST": "0.0.0.0"}, {"FANJOIN_ENVIRONMENT": "production"}]
)
async def test_open_door_is_one_complaint_that_names_the_keys(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    ((detail, fix),) = await wrong()

    assert "let anyone in" in detail or "production needs a key" in detail
    assert fix is not None
    assert fix.startswith("set FANJOIN_API_KEYS")


async def test_weak_key_beyond_loopback_is_one_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_HOST", "0.0.0.0")
    monkeypatch.setenv("FANJOIN_API_KEYS", "short-secret")

    ((detail, fix),) = await wrong()

    assert detail == "FANJOIN_API_KEYS = (hidden): a key has fewer than 16 characters"
    assert fix == "`openssl rand -hex 24` makes one"


async def test_secret_file_and_env_file_that_cannot_be_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "FANJOIN_MODEL").write_bytes(b"\xff")
    monkeypatch.setenv("FANJOIN_SECRETS_DIR", str(tmp_path))

    ((secret, _),) = await wrong()

    monkeypatch.delenv("FANJOIN_SECRETS_DIR")
    (tmp_path / ".env").write_bytes(b"\xff")
    ((env_file, _),) = await wrong()
    assert "secret" in secret
    assert ".env cannot be read" in env_file


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("FANJOIN_DATABSE_URL", "FANJOIN_DATABASE_URL"),
        ("FANJOIN_DB_URL", "FANJOIN_DATABASE_URL"),
        ("FANJOIN_KEYS", "FANJOIN_API_KEYS"),
        ("FANJOIN_SECRET_DIR", "FANJOIN_SECRETS_DIR"),
    ],
)
async def test_mistyped_name_is_told_with_the_one_that_was_meant(
    mistyped: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mistyped, "any")

    ((detail, fix),) = await wrong()

    assert detail.startswith(f"{mistyped}: did you mean {meant}?")
    assert fix == f"rename it to {meant}"


async def test_variable_that_is_near_none_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_TIDE_TABLES", "any")

    assert await wrong() == []
