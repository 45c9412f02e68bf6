"""Checks side by side: none holds up another, and none takes another down."""

import asyncio

import pytest

from app.cli.doctor.checks import Check, run_checks
from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading, read_settings

pytestmark = pytest.mark.anyio


async def good(reading: Reading) -> list[Finding]:
    return [Finding("ok", "good")]


async def endless(reading: Reading) -> list[Finding]:
    await asyncio.Event().wait()
    return []


async def broken(reading: Reading) -> list[Finding]:
    raise LookupError("no tide today")


async def test_checks_run_side_by_side_and_are_told_as_they_end() -> None:
    all_run, good_is_shown = asyncio.Barrier(5), asyncio.Event()

    async def slow(reading: Reading) -> list[Finding]:
        await all_run.wait()
        await good_is_shown.wait()
        return [Finding("ok", "slow")]

    checks = [Check(f"slow {n}", slow) for n in range(5)]
    shown = []

    async for check, findings in run_checks(
        [*checks, Check("good", good)], read_settings(), seconds=600
    ):
        shown.append((check.name, [finding.status for finding in findings]))
        good_is_shown.set()

    assert shown[0] == ("good", ["ok"])
    assert sorted(shown[1:]) == [(f"slow {n}", ["ok"]) for n in range(5)]


async def test_check_that_raises_or_takes_too_long_ends_no_other() -> None:
    checks = [
        Check("broken", broken),
        Check("endless", endless, late_fix="wait"),
        Check("good", good),
    ]

    by_name = {
        check.name: findings
        async for check, findings in run_checks(checks, read_settings(), seconds=0.2)
    }

    assert by_name["good"] == [Finding("ok", "good")]
    assert by_name["endless"] == [Finding("error", "not done after 0.2 s", "wait")]
    assert by_name["broken"][0].status == "error"
    assert "LookupError: no tide today" in by_name["broken"][0].detail


async def test_check_whose_settings_are_wrong_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_PORT", "abc")
    check = Check("good", good, needs=["port"])

    ((_, findings),) = [item async for item in run_checks([check], read_settings(), seconds=1)]

    assert findings == [Finding("skipped", "not checked, because FANJOIN_PORT cannot be used")]
