"""One client: does at random what clients do, and knows what must be stored of it."""

import random
from dataclasses import replace
from itertools import count
from typing import get_args

from tests.e2e.proof.expected import Expectations, ExpectedRun, ExpectedThread, Kind
from tests.e2e.proof.runs import RunActions
from tests.e2e.proof.storm import Storm
from tests.e2e.proof.threads import ThreadActions

_THREADS = 3
_EXPIRES_AFTER_MINUTES = 0.02


class Client:
    """Uses threads of its own, one request at a time, so that it knows what each must hold."""

    def __init__(
        self,
        number: int,
        storm: Storm,
        expectations: Expectations,
        *,
        runs: RunActions,
        threads: ThreadActions,
        choice: random.Random,
    ) -> None:
        self._numbers = count(1)
        self._name = f"c{number}"
        self._storm = storm
        self._expected = expectations
        self._runs = runs
        self._threads = threads
        self._random = choice
        self._own: list[ExpectedThread] = []
        self._free_runs: list[ExpectedRun] = []

    async def act_until_the_storm_is_over(self) -> None:
        """Do one thing after the other; after each restart, look at everything of this client."""
        life = self._storm.life
        while not self._storm.is_over:
            if life != self._storm.life:
                life = self._storm.life
                await self._look_at_everything()
            await self._act()

    async def _act(self) -> None:
        acts = {
            self._run_on_a_thread: 6,
            self._run_freely: 4,
            self._edit: 4,
            self._label: 2,
            self._delete: 1,
            self._expire: 1,
            self._invoke: 2,
            self._cancel: 1,
            self._delete_a_run: 1,
        }
        (act,) = self._random.choices(list(acts), list(acts.values()))
        await act()

    async def _look_at_everything(self) -> None:
        for thread in list(self._own):
            await self._threads.check(thread)
        for run in self._free_runs:
            await self._runs.wait(run)
        self._free_runs.clear()

    async def _run_on_a_thread(self) -> None:
        run = self._new_run(await self._thread())
        if not await self._runs.start(run):
            return
        await self._complete(run)

    async def _run_freely(self) -> None:
        run = self._new_run(None)
        if await self._runs.start(run):
            self._maybe_follow(run)
            if run.kind == "fails":
                await self._complete(run)
            else:
                self._free_runs.append(run)

    async def _complete(self, run: ExpectedRun) -> None:
        """Wait for a run's end, and retry it or answer its question."""
        self._maybe_follow(run)
        await self._runs.wait(run)
        if run.status == "error" and self._random.random() < 0.8:
            again = replace(run, kind="plain", key=self._key(), status=None)
            if await self._runs.retry(run, again):
                self._maybe_follow(again)
                await self._runs.wait(again)
        elif run.status == "interrupted" and self._random.random() < 0.8:
            resumed = replace(run, answer=self._new_name("yes"), key=self._key(), status=None)
            if await self._runs.resume(run, resumed):
                self._maybe_follow(resumed)
                await self._runs.resume_again(run)
                await self._runs.wait(resumed)

    async def _invoke(self) -> None:
        thread = await self._thread() if self._random.random() < 0.5 else None
        run = replace(self._new_run(thread), kind="plain", key=None, is_background=False)
        await self._runs.invoke(run)
        if run.run_id:
            await self._runs.wait(run)

    async def _cancel(self) -> None:
        run = replace(self._new_run(await self._thread()), kind="plain", may_be_cancelled=True)
        if await self._runs.start(run):
            await self._runs.cancel(run)

    async def _delete_a_run(self) -> None:
        run = self._new_run(await self._thread() if self._random.random() < 0.5 else None)
        if await self._runs.start(run):
            await self._runs.wait(run)
            await self._runs.delete(run)

    async def _edit(self) -> None:
        thread = await self._thread()
        if thread.certain:
            await self._threads.edit(thread, self._new_name("edit"))

    async def _label(self) -> None:
        await self._threads.label(await self._thread(), next(self._numbers))

    async def _delete(self) -> None:
        thread = await self._thread()
        if await self._threads.delete(thread):
            self._own.remove(thread)

    async def _expire(self) -> None:
        thread = self._new_thread()
        await self._threads.create(thread, minutes=_EXPIRES_AFTER_MINUTES)
        thread.state = "expiring"

    async def _thread(self) -> ExpectedThread:
        if len(self._own) < _THREADS:
            thread = self._new_thread()
            await self._threads.create(thread)
            self._own.append(thread)
            return thread
        return self._random.choice(self._own)

    def _new_thread(self) -> ExpectedThread:
        thread = ExpectedThread(self._new_name("thread"))
        self._expected.threads.append(thread)
        return thread

    def _new_run(self, thread: ExpectedThread | None) -> ExpectedRun:
        kinds = get_args(Kind) if thread is not None else ("plain", "fails")
        kind = self._random.choice(kinds)
        return ExpectedRun(self._new_name("run"), kind, thread, key=self._key())

    def _maybe_follow(self, run: ExpectedRun) -> None:
        if self._random.random() < 0.3:
            self._runs.follow(run)

    def _key(self) -> str | None:
        return self._new_name("key") if self._random.random() < 0.5 else None

    def _new_name(self, kind: str) -> str:
        return f"{self._name}-{kind}-{next(self._numbers)}"
