"""The one place where graphs are executed.

Invoke and stream differ only in what the caller does afterwards (wait, or follow), and in whether
tokens are wanted.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import StreamMode

from app.callbacks import RunCallbacks
from app.errors import ThreadBusy, problem_of
from app.events import EventLog
from app.failures import check_output, failure_of
from app.plain_json import to_plain_json
from app.registry import GraphEntry
from app.report import Recorder
from app.runs import Run, RunFailure, RunStatus
from app.settings import Price

logger = logging.getLogger(__name__)

_MODES: list[StreamMode] = ["tasks", "values", "custom"]
_MODES_WITH_TOKENS: list[StreamMode] = [*_MODES, "messages"]
"""`messages` makes every model call stream; the tokens themselves come through the callbacks."""


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a graph; `values` and `context` are already validated."""

    values: dict[str, Any]
    context: dict[str, Any] | None = None
    thread_id: str | None = None
    wants_tokens: bool = False


@dataclass
class StartedRun:
    """A run under way: wait for it, follow its events, or end it."""

    run: Run
    log: EventLog
    task: asyncio.Task[None] = field(init=False)

    async def wait(self) -> Run:
        """Return the run once it is over; it never raises, the run's status says how it went."""
        await asyncio.wait([self.task])
        return self.run

    async def cancel(self) -> None:
        """End the run with every branch of it, and return when it has ended."""
        self.task.cancel()
        await asyncio.wait([self.task])


class Runner:
    """Executes graphs in this process."""

    def __init__(
        self,
        *,
        timeout: float,
        prices: Mapping[str, Price],
        checkpointer: BaseCheckpointSaver[Any] | None = None,
    ) -> None:
        self._timeout = timeout
        self._prices = prices
        self._checkpointer = checkpointer
        self._busy_threads: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, entry: GraphEntry, request: RunRequest) -> StartedRun:
        """Launch a run and return before it finishes.

        Raises:
            ThreadBusy: another run is using the thread.
        """
        thread_id = request.thread_id
        if thread_id is not None:
            if thread_id in self._busy_threads:
                raise ThreadBusy(f"thread {thread_id!r} is busy with another run: wait for its end")
            self._busy_threads.add(thread_id)
        started = StartedRun(Run(entry.id, thread_id), EventLog())
        work = self._execute(entry, request, started)
        task = asyncio.create_task(work, name=f"run-{started.run.id}")
        started.task = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return started

    async def close(self) -> None:
        """Cancel what is still running and wait for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _execute(self, entry: GraphEntry, request: RunRequest, started: StartedRun) -> None:
        run, log = started.run, started.log
        recorder = Recorder(entry.shape, self._prices, log.append)
        run.status = RunStatus.RUNNING
        log.append("run_started", _announcement(run, entry))
        clock = asyncio.timeout(self._timeout)
        try:
            async with clock:
                state = await self._run_graph(entry, request, started, recorder)
            if run.interrupts:
                run.status = RunStatus.INTERRUPTED
            else:
                run.output = to_plain_json(check_output(entry.output_model, state))
                run.status = RunStatus.SUCCESS
        except asyncio.CancelledError:
            run.status = RunStatus.CANCELLED
            run.failure = RunFailure("RunCancelled", "the run was cancelled")
        except Exception as error:  # noqa: BLE001  # what a graph raises ends its run, not the service
            run.failure = failure_of(error, recorder)
            run.status = RunStatus.ERROR
            if clock.expired():
                run.status = RunStatus.TIMEOUT
                run.failure = RunFailure("RunTimeout", f"stopped after {self._timeout:g} s")
            _log_failure(run, run.failure, error)
        finally:
            self._busy_threads.discard(run.thread_id or "")
            _conclude(started, recorder)

    async def _run_graph(
        self, entry: GraphEntry, request: RunRequest, started: StartedRun, recorder: Recorder
    ) -> dict[str, Any]:
        """Run the graph to its end and return its output keys."""
        run, wants_tokens = started.run, request.wants_tokens

        def on_token(place: str, text: str) -> None:
            branch, attempt = recorder.name_of(place)
            started.log.append("token", {"branch": branch, "attempt": attempt, "text": text})

        callbacks = RunCallbacks(recorder, on_token if wants_tokens else None)
        configurable: dict[str, Any] = {"fanjoin": {"deadline": time.time() + self._timeout}}
        graph = entry.graph
        if run.thread_id is not None:
            graph = graph.copy(update={"checkpointer": self._checkpointer})
            configurable["thread_id"] = run.thread_id
        config: RunnableConfig = {
            "callbacks": [callbacks],
            "configurable": configurable,
            "metadata": {"graph_id": entry.id, "run_id": run.id},
        }
        state: dict[str, Any] = {}
        stream = graph.astream(
            request.values,
            config,
            context=(request.context or {}) if entry.context_model else None,
            stream_mode=_MODES_WITH_TOKENS if wants_tokens else _MODES,
            output_keys=graph.output_channels,
            subgraphs=True,
        )
        async for namespace, mode, data in stream:
            if mode == "tasks":
                _record_task(recorder, run, namespace, data)
            elif mode == "custom":
                _record_event(recorder, data)
            elif mode == "values" and not namespace:
                state = {key: value for key, value in data.items() if key != "__interrupt__"}
        return state


def _record_task(
    recorder: Recorder, run: Run, namespace: tuple[str, ...], data: dict[str, Any]
) -> None:
    place = "|".join((*namespace, f"{data['name']}:{data['id']}"))
    if "triggers" in data:
        recorder.schedule(place)
        return
    questions = data["interrupts"]
    recorder.finish(place, data["result"], data["error"], is_interrupted=bool(questions))
    if not namespace:
        branch, _ = recorder.name_of(place)
        run.interrupts += [
            {"id": asked["id"], "value": to_plain_json(asked["value"]), "branch": branch}
            for asked in questions
        ]


def _record_event(recorder: Recorder, data: Any) -> None:
    if not isinstance(data, dict):
        return
    if data.get("event") == "fanjoin.attempt":
        recorder.attempt(data["ns"], data["attempt"])
    elif data.get("event") == "fanjoin.outcome":
        recorder.settle(data["ns"], data)


def _announcement(run: Run, entry: GraphEntry) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "graph_id": entry.id,
        "thread_id": run.thread_id,
        "branches": [branch.name for branch in entry.branches],
        "joins": entry.joins,
    }


def _log_failure(run: Run, failure: RunFailure, error: Exception) -> None:
    fields = {"graph_id": run.graph_id, "run_id": run.id, "branch": failure.branch}
    reason = f"{failure.type}: {failure.message}"
    logger.warning("run failed", extra={**fields, "status": run.status, "error": reason})
    logger.debug("traceback of the failed run", exc_info=error, extra=fields)


def _conclude(started: StartedRun, recorder: Recorder) -> None:
    """Write the report and the last events."""
    run, log = started.run, started.log
    run.report = recorder.close()
    if run.output is not None:
        log.append("output", {"output": run.output})
    log.append("report", run.report)
    end = {
        "status": run.status,
        "degraded": run.is_degraded,
        "error": problem_of(run.error) if run.error is not None else None,
        "interrupts": run.interrupts,
    }
    log.append("end", end)
    log.close()
