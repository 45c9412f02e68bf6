"""Checks side by side: none holds up another, and none takes another down."""

import asyncio

import pytest

from app.cli.doctor.checks import Check
from app.cli.doctor.examination import examine
from app.cli.doctor.findings import Finding
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
    all_at_work, good_is_told = asyncio.Barrier(5), asyncio.Event()

    async def slow(reading: Reading) -> list[Finding]:
        await all_at_work.wait()
        await good_is_told.wait()
        return [Finding("ok", "slow")]

    checks = [Check(name=f"slow {n}", look=slow) for n in range(5)]
    told = []

    async for check, findings in examine(
        [*checks, Check(name="good", look=good)], read_settings(), seconds=SECONDS
    ):
        told.append((check.name, [finding.status for finding in findings]))
        good_is_told.set()

    assert told[0] == ("good", ["ok"])
    assert sorted(told[1:]) == [(f"slow {n}", ["ok"]) for n in range(5)]


async def test_check_that_raises_or_takes_too_long_ends_no_other() -> None:
    checks = [
        Check(name="broken", look=broken),
        Check(name="endless", look=endless, late="wait"),
        Check(name="good", look=good),
    ]

    found = {
        check.name: findings
        async for check, findings in examine(checks, read_settings(), seconds=0.2)
    }

    assert found["good"] == [Finding("ok", "good")]
    assert found["endless"] == [Finding("error", "not done after 0.2 s", "wait")]
    assert found["broken"][0].status == "error"
    assert "LookupError: no tide today" in found["broken"][0].detail


async def test_check_whose_settings_are_wrong_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PORT", "abc")
    check = Check(name="good", look=good, reads=frozenset({"port"}))

    ((_, findings),) = [item async for item in examine([check], read_settings(), seconds=1)]

    assert findings == [Finding("skipped", "not looked at, since FANJOIN_PORT cannot be used")]
