"""Kills the service at random moments of what its clients do, and starts it again at once."""

import asyncio
import random
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

from app.settings import Settings
from app.storage.backup import FILES
from tests.e2e.killed_service import KilledService
from tests.e2e.proof.figures import Figures, Life

_WARM_MOMENTS = 40
_KILLS_DURING_RECOVERY = 0.2
_LONGEST_DELAY_SECONDS = 0.03


@dataclass
class _Doomed:
    """A command that is killed after so many more moments."""

    process: subprocess.Popen[bytes]
    moments_left: int


class Storm:
    """Counts the moments of all clients: a request sent, an answer, an event of a stream."""

    def __init__(
        self,
        service: KilledService,
        settings: Settings,
        figures: Figures,
        *,
        seed: int,
        kills: int,
    ) -> None:
        self.kills_left = kills
        self._service = service
        self._settings = settings
        self._figures = figures
        self._random = random.Random(f"storm {seed}")
        self._doomed: list[_Doomed] = []
        self._is_up = asyncio.Event()
        self._is_down = asyncio.Event()
        self.life = 0
        """Which process of the service answers, from 1."""

    @property
    def is_over(self) -> bool:
        return self.kills_left == 0 and self._is_up.is_set()

    async def rage(self) -> None:
        """Start the service, and again after each kill, until there were enough of them."""
        await self._start()
        while self.kills_left:
            await self._is_down.wait()
            self._is_down.clear()
            await asyncio.to_thread(self._inspect_files)
            if self.kills_left and self._random.random() < _KILLS_DURING_RECOVERY:
                await asyncio.to_thread(self._die_while_starting)
            await self._start()

    async def until_up(self) -> None:
        await self._is_up.wait()

    def moment(self) -> None:
        """Count a moment of a client, and kill what is to be killed then."""
        for one in [one for one in self._doomed if one.moments_left == 0]:
            one.process.kill()
            self._doomed.remove(one)
        for one in self._doomed:
            one.moments_left -= 1
        if not self._is_up.is_set():
            return
        self._moments += 1
        life = self._figures.lives[-1]
        if self._moments == _WARM_MOMENTS:
            life.warm = self._service.resident_bytes
        if self.kills_left and self._moments == self._deadly_moment:
            # Up to a few milliseconds later, so that each part of a request is hit some time.
            delay = self._random.choice([0.0, self._random.uniform(0, _LONGEST_DELAY_SECONDS)])
            asyncio.get_running_loop().call_later(delay, self._kill)

    def doom(self, process: subprocess.Popen[bytes]) -> None:
        """Have a command killed at a random moment soon."""
        self._doomed.append(_Doomed(process, self._random.randint(0, 200)))

    def measure(self) -> None:
        """Read the memory of the process that answers, as it is at its end."""
        self._figures.lives[-1].last = self._service.resident_bytes

    async def _start(self) -> None:
        await asyncio.to_thread(self._service.start)
        self._figures.lives.append(Life())
        self._moments = 0
        self._deadly_moment = self._random.randint(20, 300)
        self.life += 1
        self._is_up.set()

    def _kill(self) -> None:
        self.measure()
        self._is_up.clear()
        self._service.kill()
        self._count("kill -9 of the service")
        self._is_down.set()

    def _die_while_starting(self) -> None:
        """Kill a process that is starting, if possible while it recovers runs."""
        before = self._service.count_starts()
        self._service.spawn()
        while self._service.count_starts() == before and not self._service.is_ready():
            time.sleep(0.005)
        self._service.kill()
        self._figures.lives.append(Life())
        self._count("kill -9 amid a start")

    def _count(self, kind: str) -> None:
        self._figures.tried[kind] += 1
        self.kills_left -= 1

    def _inspect_files(self) -> None:
        """Check a copy of the files that a killed process left; SQLite changes what it opens."""
        if self._settings.database_url is not None:
            return
        with tempfile.TemporaryDirectory() as folder:
            for file in self._settings.data_dir.glob("*.db*"):
                shutil.copy(file, folder)
            for name in FILES:
                self._figures.expect("a file after a kill is intact", *integrity_of(folder, name))


def integrity_of(folder: str | Path, name: str) -> tuple[bool, str]:
    """Return whether a database file passes SQLite's own check, and what that said."""
    with closing(connect(Path(folder) / name)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchall()
    return said == [("ok",)], f"{name}: {said}"
