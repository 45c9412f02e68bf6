"""When expressions fire, where the clocks change too."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crons.schedule import Schedule
from app.errors import InvalidInput

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


def shown(expression: str, zone: str, night: str, hours: int = 24) -> list[str]:
    """Return what the clocks show at each tick of the hours from a local midnight on."""
    begin = datetime.fromisoformat(night).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = begin + timedelta(hours=hours)
    ticks: list[str] = []
    for tick in Schedule(expression, zone).ticks(begin - timedelta(seconds=1)):
        if tick >= end:
            break
        ticks.append(f"{tick.astimezone(ZoneInfo(zone)):%H:%M%z}")
    return ticks


@pytest.mark.parametrize(
    ("zone", "night", "expression", "ticks"),
    [
        (BERLIN, "2026-03-29", "30 2 * * *", ["03:00+0200"]),
        (BERLIN, "2026-03-29", "0,30 2,3 * * *", ["03:00+0200", "03:30+0200"]),
        (NEW_YORK, "2026-03-08", "15 2 * * *", ["03:00-0400"]),
        (LORD_HOWE, "2026-10-04", "15 2 * * *", ["02:30+1100"]),
        ("Africa/Cairo", "2026-04-24", "0 0 * * *", ["01:00+0300"]),
    ],
)
def test_time_that_the_clocks_skip_fires_once_when_they_have_skipped_it(
    zone: str, night: str, expression: str, ticks: list[str]
) -> None:
    assert shown(expression, zone, night, hours=20) == ticks


@pytest.mark.parametrize(
    ("zone", "night", "expression", "ticks"),
    [
        (BERLIN, "2026-10-25", "30 2 * * *", ["02:30+0200"]),
        (NEW_YORK, "2026-11-01", "30 1 * * *", ["01:30-0400"]),
        (LORD_HOWE, "2026-04-05", "45 1 * * *", ["01:45+1100"]),
    ],
)
def test_time_that_comes_twice_fires_the_first_time_alone(
    zone: str, night: str, expression: str, ticks: list[str]
) -> None:
    assert shown(expression, zone, night) == ticks


@pytest.mark.parametrize(
    ("zone", "night", "expression", "ticks"),
    [
        (BERLIN, "2026-03-29", "*/30 1-3 * * *", ["01:00+0100", "01:30+0100"]),
        (BERLIN, "2026-10-25", "*/30 2 * * *", ["02:00+0200", "02:30+0200"]),
        (NEW_YORK, "2026-11-01", "30 * * * *", ["00:30-0400", "01:30-0400", "01:30-0500"]),
        (LORD_HOWE, "2026-04-05", "*/15 1 * * *", ["01:00+1100", "01:15+1100", "01:30+1100"]),
    ],
)
def test_interval_fires_whenever_the_clocks_show_such_a_time(
    zone: str, night: str, expression: str, ticks: list[str]
) -> None:
    assert shown(expression, zone, night)[: len(ticks)] == ticks


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [(BERLIN, "2026-03-29", 24), (BERLIN, "2026-10-25", 24), (LORD_HOWE, "2026-04-05", 24)],
)
def test_every_minute_is_one_tick_in_nights_of_23_and_25_hours_too(
    zone: str, night: str, hours: int
) -> None:
    ticks = shown("* * * * *", zone, night, hours)

    assert len(ticks) == len(set(ticks)) == hours * 60


@pytest.mark.parametrize(
    "expression", ["*/7 * * * *", "10 */2 * * *", "5,50 0-3 * * 6,0", "@daily"]
)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
def test_ticks_are_the_same_from_wherever_they_are_counted(expression: str, zone: str) -> None:
    """A service that starts at any moment of the night finds the ticks that are left."""
    for month, day in ((3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31)):
        begin = datetime(2026, month, day, 0, 0, tzinfo=UTC)
        schedule, end = Schedule(expression, zone), begin + timedelta(hours=36)
        ticks = [tick for tick in schedule.next_ticks(begin, 400) if tick < end]
        for minutes in range(0, 24 * 60, 13):
            moment = begin + timedelta(minutes=minutes, seconds=17)
            expected = next((tick for tick in ticks if tick > moment), None)
            if expected is not None:
                assert schedule.next_after(moment) == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("* * * *", "4 fields"),
        ("*/5 * * * * *", "there are no seconds"),
        ("61 * * * *", "the minute is not valid"),
        ("0 7 * * mon-foo", "the day of week is not valid"),
        ("@noon", "use one of @hourly"),
        ("0 0 30 2 *", "never fire"),
        ("0 0 31 4,6 *", "never fire"),
        ("0 0 * * 1#5,L", "the day of week is not valid"),
        ("", "0 fields"),
    ],
)
def test_expression_that_cannot_be_used_is_named_with_its_value(expression: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Schedule(expression, "UTC").require_valid()

    [problem] = refused.value.problems
    assert problem["place"] == "schedule"
    assert said in problem["message"]
    assert problem["given"] == expression


@pytest.mark.parametrize("zone", ["Europe/Berln", "Europe", "", "../UTC", "CEST", "\0", "x" * 300])
def test_unknown_zone_is_named_with_one_that_exists(zone: str) -> None:
    with pytest.raises(InvalidInput, match=r"like '[A-Z]") as refused:
        Schedule("@daily", zone).require_valid()

    assert refused.value.problems[0]["place"] == "timezone"


@given(st.text(alphabet="0123456789*/,-#L@WwMONmon ?²", max_size=30))
def test_no_expression_is_a_surprise(expression: str) -> None:
    with contextlib.suppress(InvalidInput):
        Schedule(expression, BERLIN).require_valid()


@pytest.mark.parametrize(
    ("expression", "latest"),
    [
        ("* * * * *", "2026-06-01T12:00"),
        ("*/20 3 * * *", "2026-06-01T03:40"),
        ("0 9 1 * *", "2026-06-01T09:00"),
        ("0 0 1 2 *", "2026-02-01T00:00"),
        ("0 0 29 2 *", "2024-02-29T00:00"),
    ],
)
def test_latest_of_the_ticks_of_years_is_found(expression: str, latest: str) -> None:
    schedule, now = Schedule(expression, "UTC"), datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    first = schedule.next_after(datetime(2024, 1, 1, tzinfo=UTC))

    assert first is not None
    assert schedule.latest_of(first, now) == datetime.fromisoformat(latest).replace(tzinfo=UTC)
    assert schedule.latest_of(first, first) == first
