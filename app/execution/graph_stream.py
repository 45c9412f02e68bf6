"""One execution of a graph: what LangGraph streams becomes rows, events and interrupts."""

from dataclasses import dataclass
from typing import Any, cast

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command, Durability, StateSnapshot, StreamMode

from app.execution.active_runs import ActiveRun
from app.execution.callbacks import OnToken, RunCallbacks
from app.execution.graph_call import config_of, context_of, graph_input_of
from app.graphs.registry import GraphEntry
from app.graphs.shape import Graph
from app.plain_json import as_json
from app.report.recorder import Recorder
from app.runs.checkpoints import has_checkpoint
from app.runs.events import EventLog, finished_branches
from app.runs.request import RunRequest
from app.runs.run import Run
from app.storage.checkpoints import Checkpoints, OnSaved

_MOST_TOKEN_BYTES = 4 * 1024 * 1024
"""How much of a run's tokens is buffered for its followers; its output is always whole."""


@dataclass(frozen=True)
class Checkpointing:
    """Where a run's state is stored from step to step."""

    saver: BaseCheckpointSaver[Any]
    durability: Durability


def checkpointing_for(
    active: ActiveRun, checkpoints: Checkpoints, on_saved: OnSaved
) -> Checkpointing | None:
    """Return where a run's state is stored: nowhere, for one on no thread that somebody waits for.

    `on_saved` is called for what is saved of a background run.
    """
    run, is_background = active.run, active.is_background
    if run.thread_id is None and not is_background:
        return None
    saver = checkpoints.for_run(
        run.request.owner,
        run_id=run.id if run.thread_id is None else None,
        on_saved=on_saved if is_background else None,
    )
    return Checkpointing(saver, "sync" if is_background else "async")


async def run_graph(
    active: ActiveRun,
    recorder: Recorder,
    checkpointing: Checkpointing | None,
    *,
    recursion_limit: int,
) -> dict[str, Any]:
    """Run the graph to its end, record what happens, and return its output keys.

    A recovered run continues from its own latest checkpoint, where there is one. The limit is for a
    graph and a request that set none.
    """
    entry, run, request = active.entry, active.run, active.run.request
    on_token = token_writer(active.log, recorder) if request.wants_tokens else None
    graph, graph_input = _with_saver(entry.graph, checkpointing), graph_input_of(entry, request)
    config = config_of(entry, run, recursion_limit=recursion_limit)
    config["callbacks"] = [RunCallbacks(recorder, on_token)]
    configurable, thread_id = config["configurable"], run.thread_id or run.id
    configurable["thread_id"] = thread_id
    if checkpointing is not None:
        if run.attempt > 1 and await has_checkpoint(run, checkpointing.saver):
            graph_input = None
        elif request.checkpoint_id is not None:
            configurable["checkpoint_id"] = request.checkpoint_id
    continues = graph_input is None or isinstance(graph_input, Command)
    if checkpointing is not None and continues and "checkpoint_id" not in configurable:
        finished = finished_branches(active.earlier_events)
        recorder.restore(finished, await checkpointed_tasks(graph, thread_id))
    state: dict[str, Any] = {}
    stream = graph.astream(
        graph_input,
        config,
        context=context_of(entry, request),
        stream_mode=_modes(request, entry),
        output_keys=graph.output_channels,
        subgraphs=True,
        durability=checkpointing.durability if checkpointing is not None else None,
    )
    async for part in stream:
        namespace, mode, data = cast("tuple[tuple[str, ...], str, Any]", part)
        if mode == "tasks":
            _record_task(recorder, run, namespace, data)
        elif mode == "custom":
            _record_event(recorder, data)
        elif mode == "updates":
            _record_cached(recorder, namespace, data)
        elif mode == "values" and not namespace:
            state = {key: value for key, value in data.items() if key != "__interrupt__"}
    return state


def _with_saver(graph: Graph, checkpointing: Checkpointing | None) -> Graph:
    """Return a graph with this run's saver or none, whatever its file compiled it with."""
    saver = None if checkpointing is None else checkpointing.saver
    return graph if graph.checkpointer is saver else graph.copy(update={"checkpointer": saver})


async def checkpointed_tasks(graph: Graph, thread_id: str) -> dict[str, Any]:
    """Return the writes that are stored of tasks in the step to continue with, by checkpoint_ns.

    Sub-graphs are included. LangGraph announces such tasks once more and says nothing of their end.
    """
    config: Any = {"configurable": {"thread_id": thread_id}}
    return _tasks_of(await graph.aget_state(config, subgraphs=True), "")


def _tasks_of(snapshot: StateSnapshot, namespace: str) -> dict[str, Any]:
    writes: dict[str, Any] = {}
    for task in snapshot.tasks:
        ns = f"{namespace}|{task.name}:{task.id}".lstrip("|")
        if task.result is not None:
            writes[ns] = task.result
        elif isinstance(task.state, StateSnapshot):
            writes |= _tasks_of(task.state, ns)
    return writes


def token_writer(log: EventLog, recorder: Recorder) -> OnToken:
    """Return what adds a token to the log, up to a bound: followers may be slow, or never come."""
    left = _MOST_TOKEN_BYTES

    def write(ns: str, text: str) -> None:
        nonlocal left
        left -= len(text)
        if left < 0:
            recorder.warn(f"tokens past the first {_MOST_TOKEN_BYTES} bytes were not streamed")
            return
        branch, attempt = recorder.name_of(ns)
        log.append("token", {"branch": branch, "attempt": attempt, "text": text})

    return write


def _modes(request: RunRequest, entry: GraphEntry) -> list[StreamMode]:
    """Return the stream modes to request: each costs, so only those that somebody will read.

    `messages` makes every model call stream; the tokens themselves come through the callbacks.
    Only `updates` reports results that LangGraph had in its cache.
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
            recorder.finish_from_cache("|".join(namespace), name, writes)


def _record_task(
    recorder: Recorder, run: Run, namespace: tuple[str, ...], data: dict[str, Any]
) -> None:
    ns = "|".join((*namespace, f"{data['name']}:{data['id']}"))
    if "triggers" in data:
        recorder.schedule(ns)
        return
    questions = data["interrupts"]
    recorder.finish(ns, data["result"], data["error"], is_interrupted=bool(questions))
    if not namespace:
        branch, _ = recorder.name_of(ns)
        run.interrupts += [
            {"id": question["id"], "value": as_json(question["value"]), "branch": branch}
            for question in questions
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
            recorder.record_outcome(data["ns"], data)
