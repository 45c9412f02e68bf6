"""A graph at work: what LangGraph streams of it becomes rows, events and questions."""

from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command, Durability, StateSnapshot, StreamMode

from app.execution.active_runs import ActiveRun
from app.execution.callbacks import OnToken, RunCallbacks
from app.graphs.registry import GraphEntry
from app.graphs.shape import Graph
from app.plain_json import to_plain_json
from app.report.recorder import Recorder
from app.runs.events import EventLog
from app.runs.request import RunRequest
from app.runs.run import Run
from app.storage.checkpoints import Checkpoints, OnSaved, run_key, thread_key

_MOST_TOKEN_BYTES = 4 * 1024 * 1024
"""Of one run's tokens, so many are kept for those who follow it; its output is kept whole."""


@dataclass(frozen=True)
class Checkpointing:
    """Where a run keeps its state from step to step."""

    saver: BaseCheckpointSaver[Any]
    key: str
    durability: Durability


def memory_of(
    started: ActiveRun, checkpoints: Checkpoints, on_saved: OnSaved
) -> Checkpointing | None:
    """Return where a run keeps its state: nowhere, when it is on no thread and awaited.

    `on_saved` is told of what is kept of a background run.
    """
    run, is_background = started.run, started.is_background
    if run.thread_id is not None:
        key = thread_key(started.request.owner, run.graph_id, run.thread_id)
    elif is_background:
        key = run_key(run.id)
    else:
        return None
    saver = checkpoints.for_run(on_saved if is_background else None)
    return Checkpointing(saver, key, "sync" if is_background else "async")


async def run_graph(
    started: ActiveRun, recorder: Recorder, memory: Checkpointing | None
) -> dict[str, Any]:
    """Run the graph to its end, record what happens, and return its output keys.

    A run that was at work before goes on from its own last checkpoint, where there is one.
    """
    entry, request = started.entry, started.request
    on_token = token_writer(started.log, recorder) if request.wants_tokens else None
    graph, graph_input = entry.graph, request.graph_input
    configurable: dict[str, Any] = {"fanjoin": _wire(request)}
    if memory is not None:
        graph = graph.copy(update={"checkpointer": memory.saver})
        configurable["thread_id"] = memory.key
        if started.record.attempt > 1 and await _has_begun(started.run, memory):
            graph_input = None
        elif request.checkpoint_id is not None:
            configurable["checkpoint_id"] = request.checkpoint_id
    config: RunnableConfig = {
        "callbacks": [RunCallbacks(recorder, on_token)],
        "configurable": configurable,
        "metadata": {"graph_id": entry.id, "run_id": started.run.id},
    }
    goes_on = graph_input is None or isinstance(graph_input, Command)
    if memory is not None and goes_on and "checkpoint_id" not in configurable:
        recorder.adopt(_told(started), await kept_tasks(graph, memory.key))
    state: dict[str, Any] = {}
    stream = graph.astream(
        graph_input,
        config,
        context=(request.context or {}) if entry.context_model else None,
        stream_mode=_modes(request, entry),
        output_keys=graph.output_channels,
        subgraphs=True,
        durability=memory.durability if memory is not None else None,
    )
    async for part in stream:
        namespace, mode, data = cast("tuple[tuple[str, ...], str, Any]", part)
        if mode == "tasks":
            _record_task(recorder, started.run, namespace, data)
        elif mode == "custom":
            _record_event(recorder, data)
        elif mode == "updates":
            _record_cached(recorder, namespace, data)
        elif mode == "values" and not namespace:
            state = {key: value for key, value in data.items() if key != "__interrupt__"}
    return state


async def _has_begun(run: Run, memory: Checkpointing) -> bool:
    """Whether this run's input is in a checkpoint already."""
    last = await memory.saver.aget_tuple(
        {"configurable": {"thread_id": memory.key, "checkpoint_ns": ""}}
    )
    return last is not None and last.metadata.get("run_id") == run.id


def _told(started: ActiveRun) -> dict[str, dict[str, Any]]:
    return {
        event.data["ns"]: event.data for event in started.stored if event.type == "branch_finished"
    }


def _wire(request: RunRequest) -> dict[str, Any]:
    """Return what the kit is told of a run (ARCHITECTURE.md, the wire)."""
    told: dict[str, Any] = {}
    if request.deadline is not None:
        told["deadline"] = request.deadline
    if request.reuse:
        told["reuse"] = dict(request.reuse)
    if request.bypasses_cache:
        told["cache"] = "bypass"
    return told


def token_writer(log: EventLog, recorder: Recorder) -> OnToken:
    """Return what adds a token to the log, up to a bound: followers may be slow, or never come."""
    left = _MOST_TOKEN_BYTES

    def write(place: str, text: str) -> None:
        nonlocal left
        left -= len(text)
        if left < 0:
            recorder.warn(f"tokens past the first {_MOST_TOKEN_BYTES} bytes were not streamed")
            return
        branch, attempt = recorder.name_of(place)
        log.append("token", {"branch": branch, "attempt": attempt, "text": text})

    return write


def _modes(request: RunRequest, entry: GraphEntry) -> list[StreamMode]:
    """Return what to hear of: each mode costs, so only what somebody will read.

    `messages` makes every model call stream; the tokens themselves come through the callbacks.
    `updates` alone tells of results that LangGraph had in its cache.
    """
    modes: list[StreamMode] = ["tasks", "values", "custom"]
    if request.wants_tokens:
        modes.append("messages")
    if entry.shape.has_cached_nodes:
        modes.append("updates")
    return modes


def _record_cached(recorder: Recorder, namespace: tuple[str, ...], data: dict[str, Any]) -> None:
    if data.get("__metadata__", {}).get("cached"):
        for name, writes in data.items():
            recorder.take_from_cache("|".join(namespace), name, writes)


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
    if not isinstance(data, dict) or not isinstance(data.get("ns"), str):
        return
    match data.get("event"):
        case "fanjoin.queued":
            recorder.queue(data["ns"])
        case "fanjoin.attempt":
            recorder.attempt(data["ns"], data["branch"], data["attempt"])
        case "fanjoin.outcome":
            recorder.settle(data["ns"], data)


async def kept_tasks(graph: Graph, key: str) -> dict[str, Any]:
    """Return what each task wrote that is kept under this key, by place, sub-graphs included.

    LangGraph announces such tasks once more and says nothing of their end.
    """
    config: Any = {"configurable": {"thread_id": key}}
    return _kept(await graph.aget_state(config, subgraphs=True), "")


def _kept(snapshot: StateSnapshot, namespace: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for task in snapshot.tasks:
        place = f"{namespace}|{task.name}:{task.id}".lstrip("|")
        if task.result is not None:
            kept[place] = task.result
        elif isinstance(task.state, StateSnapshot):
            kept |= _kept(task.state, place)
    return kept
