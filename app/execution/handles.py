"""Runs by their id or their key, wherever they are: active in this process, or stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.errors import (
    InvalidInput,
    KeyReused,
    RunNotFound,
    RunNotOver,
    ThreadNotFound,
    UnreadableRun,
)
from app.execution.active_runs import ActiveRun
from app.execution.recovery import Recovery
from app.execution.run_handle import RunHandle
from app.execution.runner import Runner
from app.graphs.registry import GraphEntry
from app.plain_json import require_storable
from app.runs.checkpoints import has_checkpoint, has_question
from app.runs.repository import RunRepository
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.retry import (
    Waiting,
    require_checkpoint,
    resume_request,
    retry_request,
)
from app.runs.reusable import load_reusable
from app.runs.run import Run
from app.runs.search import RunSearch
from app.storage.checkpoints import Checkpoints
from app.threads.repository import ThreadRepository
from app.threads.snapshots import read_snapshot


class Runs:
    """An owner's runs: start one, return one, retry or resume one."""

    def __init__(
        self,
        runner: Runner,
        runs: RunRepository,
        threads: ThreadRepository,
        *,
        registry: Mapping[str, GraphEntry],
        checkpoints: Checkpoints,
        recovery: Recovery,
    ) -> None:
        self._runner = runner
        self._runs = runs
        self._threads = threads
        self._registry = registry
        self._checkpoints = checkpoints
        self._recovery = recovery

    async def get(self, run_id: str, *, owner: str) -> RunHandle:
        """Return a run of this owner.

        Raises:
            RunNotFound: it never existed, belongs to somebody else, or has been deleted.
            UnreadableRun: its row cannot be read.
        """
        if (active := self._runner.active.get(run_id, owner=owner)) is not None:
            return self._handle(active.run, active)
        run = await self._runs.get(run_id, owner=owner)
        if run is None:
            raise _no_run(run_id)
        return self._handle(run, None)

    async def delete(self, run_id: str, *, owner: str) -> None:
        """Delete a run that is over, or whose row cannot be read; its checkpoints come first.

        Raises:
            RunNotFound: it never existed, belongs to somebody else, or has been deleted.
            RunNotOver: it is pending or running, or its thread waits for its question's answer.
        """
        try:
            handle = await self.get(run_id, owner=owner)
        except UnreadableRun:
            pass
        else:
            run = handle.run
            if not run.is_over:
                raise RunNotOver(f"run {run_id} is {run.status}: cancel it first")
            if run.is_paused and run.thread_id is not None and await self._is_last(run):
                raise RunNotOver(
                    f"run {run_id} waits for an answer, or at a breakpoint: resume it, or delete "
                    f"thread {run.thread_id!r}"
                )
        await self._checkpoints.delete_run(run_id)
        await self._runs.delete(run_id, owner=owner)

    async def search(self, search: RunSearch) -> list[Run]:
        """Return a page of runs, newest first, without their input, output and report."""
        return await self._runs.search(search)

    async def start(
        self,
        entry: GraphEntry,
        request: RunRequest,
        *,
        is_bounded: bool = False,
        defers_row: bool = False,
    ) -> RunHandle:
        """Start a run, or return the one that its Idempotency-Key started before.

        `is_bounded` and `defers_row` are those of `Runner.start`.

        Raises:
            KeyReused: the key was already used with another request.
            CheckpointNotFound: the thread has no such checkpoint to fork from.
            InvalidInput: its checkpoints could not hold the input, or it has none, and its thread
                nothing to continue.
            Stopping, TooManyRuns, ThreadBusy, StorageUnavailable: as `Runner.start`.
        """
        if (earlier := await self._replay_of(request.owner, request.idempotency_key)) is not None:
            return earlier
        await self._require_next(entry, request)
        return await self._launch(entry, request, is_bounded=is_bounded, defers_row=defers_row)

    async def retry(
        self,
        run: Run,
        *,
        branches: Sequence[str] = (),
        key: IdempotencyKey | None = None,
        is_background: bool,
    ) -> RunHandle:
        """Start a run that repeats what failed of another one, and these branches of it.

        Raises:
            CannotRetry, InvalidInput: as `retry_request`.
            GraphNotFound: the run's graph is no longer served.
        """
        if (earlier := await self._replay_of(run.request.owner, key)) is not None:
            return earlier
        entry = self._registry[run.graph_id]
        reusable = load_reusable(run, self._checkpoints.serde)
        is_last = await self._is_last(run)
        is_stored = is_last and await has_checkpoint(run, self._checkpoints.of(run.request.owner))
        request = retry_request(
            entry, run, reusable=reusable, branches=branches, is_last=is_last, is_stored=is_stored
        )
        request = replace(request, idempotency_key=key, is_background=is_background)
        return await self._launch(entry, request)

    async def resume(
        self, run: Run, answer: Any, *, key: IdempotencyKey | None = None, is_background: bool
    ) -> RunHandle:
        """Start a run that continues a paused one, with the answer to its question if it has one.

        Raises:
            CannotResume, InvalidInput: as `resume_request`.
            GraphNotFound: the run's graph is no longer served.
        """
        if (earlier := await self._replay_of(run.request.owner, key)) is not None:
            return earlier
        entry = self._registry[run.graph_id]
        request = resume_request(run, answer, waiting=await self._waiting(entry, run))
        request = replace(request, idempotency_key=key, is_background=is_background)
        return await self._launch(entry, request)

    async def require_same_request(self, owner: str, key: IdempotencyKey) -> None:
        """Raise KeyReused where the key was already used with another request."""
        await self._replay_of(owner, key)

    async def _launch(self, entry: GraphEntry, request: RunRequest, **options: bool) -> RunHandle:
        if request.has_checkpoints:
            require_storable(request.graph_input, "input")
        await require_checkpoint(self._checkpoints, request)
        if request.is_background:
            run, is_new = await self._runner.enqueue(entry.id, request)
            return self._handle(run, None) if is_new else self._replay(run, request.idempotency_key)
        started = await self._runner.start(entry, request, **options)
        if isinstance(started, ActiveRun):
            return self._handle(started.run, started)
        return self._replay(started, request.idempotency_key)

    async def _replay_of(self, owner: str, key: IdempotencyKey | None) -> RunHandle | None:
        if key is None:
            return None
        earlier = await self._runs.get_by_idempotency_key(owner, key.value)
        return None if earlier is None else self._replay(earlier, key)

    def _replay(self, run: Run, key: IdempotencyKey | None) -> RunHandle:
        if run.request.idempotency_key != key:
            raise KeyReused(
                "the Idempotency-Key was already used with another request: use a new one"
            )
        active = self._runner.active.get(run.id, owner=run.request.owner)
        return self._handle(run, active, is_replayed=True)

    async def _waiting(self, entry: GraphEntry, run: Run) -> Waiting | None:
        """Return what a paused run waits for by now; None where its thread has moved on."""
        if run.thread_id is None or not run.is_paused or not await self._is_last(run):
            return None
        saver = self._checkpoints.of(run.request.owner)
        if run.interrupts and await has_question(run, saver):
            return Waiting(is_asking=True, next=())
        return Waiting(is_asking=False, next=await self._next(entry, run.request))

    async def _next(self, entry: GraphEntry, request: RunRequest) -> tuple[str, ...]:
        """Return the nodes that a request's thread goes on with; none at the end of the graph."""
        saver = self._checkpoints.of(request.owner)
        config: Any = {"configurable": {"thread_id": request.thread_id}}
        return (await read_snapshot(entry.graph, saver, config)).next

    async def _require_next(self, entry: GraphEntry, request: RunRequest) -> None:
        """Check that a request without input has something to continue.

        Raises:
            InvalidInput: the thread is new, or at the end of the graph.
        """
        is_given = request.graph_input is not None or request.checkpoint_id is not None
        if not is_given and not await self._next(entry, request):
            raise InvalidInput.at(
                "input", f"thread {request.thread_id!r} has nothing to continue: send an input"
            )

    async def _is_last(self, run: Run) -> bool:
        """Whether no other run used the thread since; a run on no thread is the last of its own."""
        if run.thread_id is None:
            return True
        try:
            thread = await self._threads.get(run.request.owner, run.thread_id)
        except ThreadNotFound:
            return False
        return thread.last_run_id == run.id

    def _handle(
        self, run: Run, active: ActiveRun | None, *, is_replayed: bool = False
    ) -> RunHandle:
        return RunHandle(
            run,
            active,
            runs=self._runs,
            active_runs=self._runner.active,
            cancel_queued=self._recovery.cancel_queued,
            is_replayed=is_replayed,
        )


def _no_run(run_id: str) -> RunNotFound:
    return RunNotFound(
        f"no run has the id {run_id!r}; runs are deleted after FANJOIN_KEEP_RUNS_DAYS days"
    )
