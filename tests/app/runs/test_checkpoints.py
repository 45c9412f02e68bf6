"""A background run on no thread, killed after any step: nothing is lost, nothing is left."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from langgraph.checkpoint.base import empty_checkpoint

from app.errors import StorageUnavailable
from app.retention.sweeper import Sweeper
from app.runs.checkpoints import delete_checkpoints
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints
from app.storage.database import Database, open_database
from app.storage.migrate import migrate
from app.storage.tables import runs
from tests.app.stored_runs import a_run, ended

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Life:
    """The steps of one run, each of which its process may not survive."""

    settings: Settings
    database: Database
    checkpoints: Checkpoints
    run: Run

    async def create(self) -> None:
        await RunRepository(self.database).create(self.run)

    async def save(self) -> None:
        at = {"thread_id": self.run.id, "checkpoint_ns": ""}
        saver = self.checkpoints.for_run("me", run_id=self.run.id)
        await saver.aput({"configurable": at}, empty_checkpoint(), {}, {})

    async def finish(self) -> None:
        assert await RunRepository(self.database).finish(ended(self.run), [], None)

    async def delete_checkpoints(self) -> None:
        await self.checkpoints.delete_run(self.run.id)

    async def clear(self) -> None:
        repository = RunRepository(self.database)
        await delete_checkpoints([self.run.id], checkpoints=self.checkpoints, runs=repository)

    async def sweep(self) -> None:
        """Sweep as another process would, which keeps no run that is over."""
        settings = self.settings.model_copy(update={"keep_runs_days": 0})
        await Sweeper(self.database, self.checkpoints, settings).sweep()

    async def is_stored(self) -> bool:
        return await RunRepository(self.database).get(self.run.id, owner="me") is not None

    async def has_checkpoints(self) -> bool:
        saver = self.checkpoints.for_run("me", run_id=self.run.id)
        return await saver.aget_tuple({"configurable": {"thread_id": self.run.id}}) is not None

    async def is_marked(self) -> bool:
        (row,) = await self.database.read(runs.select())
        return bool(row.has_checkpoints)


Step = Callable[[Life], Awaitable[None]]

STEPS: list[Step] = [
    Life.create,
    Life.save,
    Life.finish,
    Life.delete_checkpoints,
    Life.clear,
]


@pytest.fixture
async def life(stored_settings: Settings, anyio_backend: str) -> AsyncIterator[Life]:
    await migrate(stored_settings)
    async with (
        open_database(stored_settings) as database,
        open_checkpoints(stored_settings) as checkpoints,
    ):
        yield Life(stored_settings, database, checkpoints, a_run(is_background=True))


@pytest.mark.parametrize("last", STEPS[:2])
async def test_run_that_is_killed_at_work_keeps_its_checkpoints(life: Life, last: Step) -> None:
    for step in STEPS[: STEPS.index(last) + 1]:
        await step(life)

    await life.sweep()

    assert await life.is_stored()
    assert await life.is_marked()
    assert await life.has_checkpoints() == (last is Life.save)


@pytest.mark.parametrize("last", STEPS[2:])
async def test_run_that_is_killed_while_it_ends_leaves_no_checkpoints(
    life: Life, last: Step
) -> None:
    for step in STEPS[: STEPS.index(last) + 1]:
        await step(life)

    await life.sweep()

    assert not await life.is_stored()
    assert not await life.has_checkpoints()


async def test_row_stays_while_its_checkpoints_cannot_be_deleted(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in STEPS[:3]:
        await step(life)

    async def fail(run_id: str) -> None:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(life.checkpoints, "delete_run", fail)
        with pytest.raises(StorageUnavailable):
            await life.sweep()
    left = await life.is_stored(), await life.is_marked(), await life.has_checkpoints()
    await life.sweep()

    assert left == (True, True, True)
    assert not await life.is_stored()
    assert not await life.has_checkpoints()


@pytest.mark.parametrize(("is_background", "thread_id"), [(False, None), (True, "t"), (False, "t")])
async def test_other_runs_have_no_checkpoints_of_their_own(
    life: Life, is_background: bool, thread_id: str | None
) -> None:
    run = Run("g", RunRequest({}, owner="me", thread_id=thread_id, is_background=is_background))
    await RunRepository(life.database).create(run)

    assert not await life.is_marked()
