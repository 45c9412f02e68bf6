"""The person beside the service: backs it up and prunes it, again and again, also amid kills."""

import asyncio
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import Settings
from tests.e2e.killed_service import KilledService
from tests.e2e.proof.expected import Expectations
from tests.e2e.proof.figures import Figures
from tests.e2e.proof.storm import Storm
from tests.postgres import postgres_program

_KILLED = -9


@dataclass
class Backup:
    """A finished copy, and what was acknowledged before it began."""

    place: Path
    entries: dict[str, set[str]] = field(default_factory=dict)
    """By thread."""


class Operator:
    """Runs one command after the other; some are killed, too."""

    def __init__(
        self,
        service: KilledService,
        settings: Settings,
        storm: Storm,
        expectations: Expectations,
        figures: Figures,
        *,
        choice: random.Random,
    ) -> None:
        self.backups: list[Backup] = []
        self._service = service
        self._settings = settings
        self._storm = storm
        self._expected = expectations
        self._figures = figures
        self._random = choice

    async def act_until_the_storm_is_over(self) -> None:
        while not self._storm.is_over:
            await self._storm.until_up()
            act = self._random.choices([self.prune, self._back_up], [2, 1])[0]
            await act()

    async def prune(self, *, may_be_killed: bool = True) -> None:
        await self._run("fanjoin prune", self._service.command("prune"), may_be_killed)

    async def _back_up(self) -> None:
        """Copy the files, or dump the database, beside all that is written."""
        number = self._figures.tried["backup"]
        place = self._settings.data_dir.parent / f"backup-{number}"
        entries = {one.thread_id: set(one.certain) for one in self._expected.threads}
        if self._settings.postgres_url is None:
            process = self._service.command("backup", str(place))
        else:
            process = _dump(self._settings.postgres_url, place)
        if await self._run("backup", process, may_be_killed=True):
            self.backups.append(Backup(place, entries))

    async def _run(self, kind: str, process: subprocess.Popen[bytes], may_be_killed: bool) -> bool:
        self._figures.tried[kind] += 1
        if may_be_killed and self._random.random() < 0.3:
            self._storm.doom(process)
        status = await asyncio.to_thread(process.wait)
        self._figures.unanswered[kind] += status == _KILLED
        self._figures.expect("a command ends well", status in (0, _KILLED), f"{kind} {status}")
        return status == 0


def _dump(url: str, place: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(postgres_program("pg_dump")), "-Fc", "-f", str(place), url])
