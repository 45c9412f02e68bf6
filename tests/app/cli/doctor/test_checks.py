"""Checks side by side: none holds up another, and none takes another down."""

import asyncio

import pytest

from app.cli.doctor.checks import Check, run_checks
from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading, read_settings
from tests.patience import SECONDS

pytestmark = pytest.mark.anyio


async def good(reading: Reading) -> list[Finding]:
    return [Finding("ok", "good")]


async def endless(reading: Reading) -> list[Finding]:
    await asyncio.Event().wait()
    return []


async def broken(reading: Reading) -> list[Finding]:
    raise LookupError("no tide today")


async def test_checks_run_side_by_side_and_are_told_as_they_end() -> None:
    checks = [Check(f"slow {n}", slow) for n in range(5)]
    began = time.monotonic()

    ended = [
        check.name
        async for check, _ in run_checks([*checks, Check("good", good)], read_settings(), seconds=5)
    ]

    assert told[0] == ("good", ["ok"])
    assert sorted(told[1:]) == [(f"slow {n}", ["ok"]) for n in range(5)]


async def test_check_that_raises_or_takes_too_long_ends_no_other() -> None:
    checks = [
        Check("broken", broken),
        Check("endless", endless, late_fix="wait"),
        Check("good", good),
    ]

    found = {
        check.name: findings
        async for check, findings in run_checks(checks, read_settings(), seconds=0.2)
    }

    assert found["good"] == [Finding("ok", "good")]
    assert found["endless"] == [Finding("error", "not done after 0.2 s", "wait")]
    assert found["broken"][0].status == "error"
    assert "LookupError: no tide today" in found["broken"][0].detail


async def test_check_whose_settings_are_wrong_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PORT", "abc")
    check = Check("good", good, needs=["port"])

    ((_, findings),) = [item async for item in run_checks([check], read_settings(), seconds=1)]

    assert findings == [Finding("skipped", "not checked, because FANJOIN_PORT cannot be used")]
