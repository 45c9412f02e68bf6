"""A kill between a tick's run and the cron's row."""

import asyncio
import signal
import subprocess
import sys

import pytest

from app.crons.repository import CronSearch
from app.graphs.registry import load_registry
from app.settings import Settings
from tests.app.execution import dying_scheduler
from tests.app.execution.clocks import NOON, Clock, opened_clockwork

pytestmark = pytest.mark.anyio


def die(settings: Settings) -> int:
    """Let a process die at 13:00, and return how it ended."""
    url = settings.database_url
    folder = str(settings.data_dir)
    words = [str(settings.graphs_file), folder, "" if url is None else url.get_secret_value()]
    command = [sys.executable, "-m", dying_scheduler.__name__, *words]
    return subprocess.run(command, check=False, timeout=120).returncode


async def test_tick_of_a_process_that_was_killed_is_one_run_after_the_restart(
    stored_settings: Settings,
) -> None:
    registry, clock = await load_registry(stored_settings.graphs_file), Clock()

    status = await asyncio.to_thread(die, stored_settings)
    async with opened_clockwork(stored_settings, registry, clock) as clockwork:
        [before] = await clockwork.crons.search(CronSearch("me"))
        left = await clockwork.runs_of(before)
        ran = []
        for hour in (13, 13, 17):
            clock.set(hour, 20)
            await clockwork.look()
            ran.append(await clockwork.ticks_of(before))
            if hour == 13:
                after = await clockwork.get(before)

    assert status == -signal.SIGKILL
    assert (before.last_run_id, before.next_at) == (None, NOON.replace(hour=13))
    assert ran == [["13:00"], ["13:00"], ["13:00", "17:00"]]
    assert [run.id for run in left] == [after.last_run_id]
    assert after.next_at == NOON.replace(hour=14)


async def test_later_tick_after_a_kill_leaves_the_run_of_the_earlier_one_alone(
    stored_settings: Settings,
) -> None:
    registry, clock = await load_registry(stored_settings.graphs_file), Clock()

    await asyncio.to_thread(die, stored_settings)
    async with opened_clockwork(stored_settings, registry, clock) as clockwork:
        [cron] = await clockwork.crons.search(CronSearch("me"))
        clock.set(17, 20)
        await clockwork.look()
        ran, after = await clockwork.ticks_of(cron), await clockwork.get(cron)

    assert ran == ["13:00", "17:00"]
    assert after.next_at == NOON.replace(hour=18)
