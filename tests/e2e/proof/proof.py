"""The whole proof over one database: a storm of kills, and then a look at everything."""

import asyncio
import random
from collections.abc import Awaitable

import httpx2

from app.settings import Settings
from app.storage.backup import FILES
from tests.e2e.killed_service import KilledService
from tests.e2e.proof.client import Client
from tests.e2e.proof.expected import Expectations, ExpectedRun, ExpectedThread
from tests.e2e.proof.figures import Figures
from tests.e2e.proof.operator import Operator
from tests.e2e.proof.restored import check_backup
from tests.e2e.proof.rows import check_rows
from tests.e2e.proof.runs import RunActions
from tests.e2e.proof.storm import Storm, integrity_of
from tests.e2e.proof.threads import ThreadActions
from tests.e2e.proof.wire import Wire
from tests.postgres import PostgresServer

_CLIENTS = 8
_LONGEST_SECONDS = 300
_PAUSE_SECONDS = 0.2
_DAY = 86_400
_KEEP_RUNS_SECONDS = 90
_BRANCHES = ("quick", "slow", "moody", "combine")

RETENTION = {
    "FANJOIN_PRUNE_MINUTES": "0.02",
    "FANJOIN_KEEP_EVENTS_DAYS": str(20 / _DAY),
    "FANJOIN_KEEP_RUNS_DAYS": str(_KEEP_RUNS_SECONDS / _DAY),
    "FANJOIN_KEEP_CHECKPOINTS_DAYS": str(3 / _DAY),
}
"""So short that every sweep has something to delete."""


class Proof:
    """Clients, an operator and a storm around one service."""

    def __init__(
        self,
        service: KilledService,
        settings: Settings,
        http: httpx2.AsyncClient,
        *,
        seed: int,
        kills: int,
    ) -> None:
        self.figures = Figures()
        self._service = service
        self._settings = settings
        self._expected = Expectations()
        self._storm = Storm(service, settings, self.figures, seed=seed, kills=kills)
        self._wire = Wire(http, service, self._storm, self.figures)
        self._threads = ThreadActions(self._wire, self.figures)
        self._runs = RunActions(
            self._wire,
            service,
            self._expected,
            self.figures,
            keep_runs_seconds=_KEEP_RUNS_SECONDS,
            choice=random.Random(f"runs {seed}"),
        )
        self._operator = Operator(
            service,
            settings,
            self._storm,
            self._expected,
            self.figures,
            choice=random.Random(f"operator {seed}"),
        )
        self._clients = [
            Client(
                number,
                self._storm,
                self._expected,
                runs=self._runs,
                threads=self._threads,
                choice=random.Random(f"client {number} {seed}"),
            )
            for number in range(_CLIENTS)
        ]

    async def rage(self) -> None:
        """Let everybody act until the service was killed often enough."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._storm.rage())
            tasks.create_task(self._operator.act_until_the_storm_is_over())
            for client in self._clients:
                tasks.create_task(client.act_until_the_storm_is_over())

    async def calm_down(self) -> None:
        """Wait for the end of everything, and compare it with what is expected."""
        followers = [task for _, _, task in self._runs.followers]
        await self._in_time("a stream ends", asyncio.gather(*followers))
        for run in self._expected.runs.values():
            await self._in_time("a run ends", self._see_the_end(run))
        for thread in self._expected.threads:
            await self._in_time("a thread is released, or expires", self._see_at_rest(thread))
        await self._operator.prune(may_be_killed=False)
        self._storm.measure()

    def inspect(self, server: PostgresServer | None) -> None:
        """Look, with the service stopped, at the database, the nodes that started, the backups."""
        check_rows(self._settings, self.figures)
        if server is None:
            for name in FILES:
                is_intact = integrity_of(self._settings.data_dir, name)
                self.figures.expect("a file is intact at the end", *is_intact)
        self._check_starts()
        for backup in self._operator.backups:
            check_backup(backup, self._settings, server, self._expected.threads, self.figures)

    async def _see_the_end(self, run: ExpectedRun) -> None:
        if run.thread is not None and run.thread.state == "gone":
            answer = await self._wire.read("GET", f"/runs/{run.run_id}")
            is_gone = answer.status == 404
            self.figures.expect("runs go with their thread", is_gone, f"{run} {answer}")
        elif run.status == "deleted":
            await self._runs.check_deleted(run)
        else:
            await self._runs.wait(run)

    async def _see_at_rest(self, thread: ExpectedThread) -> None:
        while await self._threads.check(thread):  # noqa: ASYNC110  # another process changes it
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _in_time(self, kind: str, end: Awaitable[object]) -> None:
        try:
            await asyncio.wait_for(end, _LONGEST_SECONDS)
        except TimeoutError:
            self.figures.expect(kind, False, "it did not")
        else:
            self.figures.expect(kind, True, "")

    def _check_starts(self) -> None:
        starts = self._service.starts()
        started = set(starts)
        for name in self._expected.not_started:
            nodes = [node for of_run, node in starts if of_run == name]
            self.figures.expect("what is not stored did not start", not nodes, f"{name} {nodes}")
        for run in self._expected.runs.values():
            if run.status == "success":
                missing = [node for node in _BRANCHES if (run.name, node) not in started]
                is_whole = not missing
                self.figures.expect("a run that succeeds ran whole", is_whole, f"{run} {missing}")
        for run, follower, _ in self._runs.followers:
            again = follower.repeated(run.name, run.retried_at if run.repeats_all else None)
            is_so = not again
            self.figures.expect("no finished branch runs again", is_so, f"{run} {again}")
            is_so = follower.ids == sorted(set(follower.ids))
            self.figures.expect("a stream has each event once", is_so, f"{run} {follower.ids}")
