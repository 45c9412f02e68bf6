"""One execution of a graph: what LangGraph streams becomes rows, events and interrupts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Durability, StateSnapshot, StreamMode

from app.execution.active_runs import ActiveRun
from app.execution.callbacks import OnText, RunCallbacks
from app.execution.custom_events import RUNTIME_KEY, CustomEvents, marking_runtime
from app.execution.deadlines import warn_of_deadline
from app.execution.graph_call import config_of, context_of, occasion_of
from app.execution.kit_events import record_custom
from app.execution.lost_writes import LostWrites
from app.execution.nowhere import Nowhere
from app.execution.pauses import note_pause, was_paused
from app.execution.run_start import RunStart, read_start
from app.graphs.contracts.answer_schema import schema_beside, why_no_schema
from app.graphs.places import places_of
from app.graphs.registry import GraphEntry
from app.graphs.shape import Graph
from app.plain_json import as_json
from app.report.recorder import Recorder
from app.runs.events import EventLog
from app.runs.joined_texts import TextType
from app.runs.request import RunRequest
from app.runs.run import Run
from app.storage.checkpoints import Checkpoints, OnSaved

_MOST_TOKEN_BYTES = 4 * 1024 * 1024
"""How much of what a run's models write is stored for its followers; its output is whole."""


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
) -> Any:
    """Run the graph to its end, record what happens, and return its output: keys, or one value.

    A recovered run continues from its own latest checkpoint, where there is one. The limit is for a
    graph and a request that set none.
    """
    entry, run = active.entry, active.run
    start = await read_start(active, None if checkpointing is None else checkpointing.saver)
    steps_made = start.earlier.steps_made
    config = config_of(entry, run, recursion_limit=recursion_limit, steps_made=steps_made)
    config["configurable"]["thread_id"] = run.thread_id or run.id
    if (factory := entry.factory) is None:
        return await _stream_graph(entry.graph, active, recorder, checkpointing, start, config)
    state: Any = None
    async with factory.open(occasion_of(entry, run.request, config)) as graph:
        state = await _stream_graph(graph, active, recorder, checkpointing, start, config)
    return state  # noqa: RET504  # mypy: a context manager may swallow what its block raises


async def _stream_graph(
    graph: Graph,
    active: ActiveRun,
    recorder: Recorder,
    checkpointing: Checkpointing | None,
    start: RunStart,
    config: RunnableConfig,
) -> Any:
    entry, run, request = active.entry, active.run, active.run.request
    saver = None if checkpointing is None else checkpointing.saver
    looks_ahead = run.thread_id is None and bool(graph.interrupt_after_nodes)
    stored_by = Nowhere() if saver is None and looks_ahead else saver
    graph, configurable = _with_saver(graph, stored_by), config["configurable"]
    callbacks, custom = _callbacks_of(active, recorder, graph)
    config["callbacks"] = [callbacks]
    configurable[RUNTIME_KEY] = marking_runtime(graph.store)
    if start.checkpoint_id is not None:
        configurable["checkpoint_id"] = start.checkpoint_id
    if saver is not None:
        if start.is_from_latest:
            writes = await checkpointed_tasks(graph, configurable["thread_id"])
            recorder.restore(start.finished, writes, start.earlier.writes)
        if run.attempt > 1 and await was_paused(run, graph, configurable["thread_id"]):
            await note_pause(run, graph, saver, ())
            return _nothing_of(graph)
    warn_of_deadline(recorder, entry, request)
    stream = graph.astream(
        start.graph_input,
        config,
        context=context_of(entry, request),
        stream_mode=_modes(request, entry, looks_ahead=looks_ahead),
        output_keys=graph.output_channels,
        subgraphs=True,
        durability=checkpointing.durability if checkpointing is not None else None,
    )
    followed = Followed(_nothing_of(graph))
    await _follow(stream, run, recorder, custom, followed)
    if callbacks.is_paused and followed.has_more:
        await note_pause(run, graph, saver, followed.asking)
        if run.thread_id is None:
            recorder.warn(
                "the question of this run cannot be answered, because the run is on no thread: "
                "start it with a thread_id"
            )
    return followed.state


def _callbacks_of(
    active: ActiveRun, recorder: Recorder, graph: Graph
) -> tuple[RunCallbacks, CustomEvents]:
    entry, wants_tokens = active.entry, active.run.request.wants_tokens
    places = entry.places if entry.factory is None else places_of(graph)
    custom = CustomEvents(active.log, recorder)
    on_text = text_writer(active.log, recorder) if wants_tokens else None
    return RunCallbacks(recorder, LostWrites(recorder, places), custom, on_text), custom


@dataclass
class Followed:
    """Where a graph got to, as far as its stream says it."""

    state: Any
    """After the last step, or before the first."""

    asking: list[str] = field(default_factory=list)
    """The nodes that asked a question."""

    has_more: bool = True
    """Whether nodes are left to run: a breakpoint after the last node pauses nothing."""


async def _follow(
    stream: AsyncIterator[Any],
    run: Run,
    recorder: Recorder,
    custom: CustomEvents,
    followed: Followed,
) -> None:
    """Record what a graph streams."""
    async for part in stream:
        namespace, mode, data = cast("tuple[tuple[str, ...], str, Any]", part)
        if mode == "tasks":
            if _record_task(recorder, run, namespace, data):
                followed.asking.append(data["name"])
        elif mode == "custom":
            record_custom(recorder, custom, namespace, data)
        elif mode == "updates":
            _record_cached(recorder, namespace, data)
        elif mode == "values" and not namespace:
            followed.state = _without_questions(data)
        elif mode == "checkpoints" and not namespace:
            followed.has_more = bool(data["next"])


def _nothing_of(graph: Graph) -> Any:
    """Return the state of a run before its first step."""
    return None if isinstance(graph.output_channels, str) else {}


def _without_questions(data: Any) -> Any:
    """Return the values of a step; LangGraph adds to them what the step asks."""
    if type(data) is not dict or "__interrupt__" not in data:
        return data
    return {key: value for key, value in data.items() if key != "__interrupt__"}


def _with_saver(graph: Graph, saver: BaseCheckpointSaver[Any] | None) -> Graph:
    """Return a graph with this run's saver or none, whatever its file compiled it with."""
    return graph if graph.checkpointer is saver else graph.copy(update={"checkpointer": saver})


async def checkpointed_tasks(graph: Graph, thread_id: str) -> dict[str, Any]:
    """Return the writes that are stored of tasks in the step to continue with, by checkpoint_ns.

    Sub-graphs are included. LangGraph announces such tasks once more and says nothing of their end.
    """
    config: Any = {"configurable": {"thread_id": thread_id}}
    return _tasks_of(await graph.aget_state(config, subgraphs=True))


def _tasks_of(snapshot: StateSnapshot) -> dict[str, Any]:
    writes: dict[str, Any] = {}
    namespace = snapshot.config["configurable"].get("checkpoint_ns", "")
    for task in snapshot.tasks:
        ns = f"{namespace}|{task.name}:{task.id}".lstrip("|")
        if task.result is not None:
            writes[ns] = task.result
        elif isinstance(task.state, StateSnapshot):
            writes |= _tasks_of(task.state)
    return writes


def text_writer(log: EventLog, recorder: Recorder) -> OnText:
    """Return what adds a model's text to the log, up to a bound: followers may be slow, or few."""
    left = _MOST_TOKEN_BYTES

    def write(kind: TextType, ns: str, text: str, call: UUID) -> None:
        nonlocal left
        left -= len(text)
        if left < 0:
            recorder.warn(f"tokens past the first {_MOST_TOKEN_BYTES} bytes were not streamed")
            return
        branch, attempt = recorder.name_of(ns)
        log.append_text(kind, {"branch": branch, "attempt": attempt}, text, call)

    return write


def _modes(request: RunRequest, entry: GraphEntry, *, looks_ahead: bool) -> list[StreamMode]:
    """Return the stream modes to request: each costs, so only those that somebody will read.

    `messages` makes every model call stream; the tokens themselves come through the callbacks.
    Only `updates` reports results that LangGraph had in its cache, and only `checkpoints` which
    nodes come next.
    """
    modes: list[StreamMode] = ["tasks", "values", "custom"]
    if request.wants_tokens:
        modes.append("messages")
    if entry.shape.has_cached_nodes:
        modes.append("updates")
    if looks_ahead:
        modes.append("checkpoints")
    return modes


def _record_cached(recorder: Recorder, namespace: tuple[str, ...], data: dict[str, Any]) -> None:
    if data.get("__metadata__", {}).get("cached"):
        for name, writes in data.items():
            recorder.finish_from_cache("|".join(namespace), name, writes)


def _record_task(
    recorder: Recorder, run: Run, namespace: tuple[str, ...], data: dict[str, Any]
) -> bool:
    """Record the start or the end of a task; return whether one at the top asked a question."""
    ns = "|".join((*namespace, f"{data['name']}:{data['id']}"))
    if "triggers" in data:
        recorder.schedule(ns, data["triggers"], data["input"])
        return False
    questions = data["interrupts"]
    recorder.finish(ns, data["result"], data["error"], is_interrupted=bool(questions))
    if namespace or not questions:
        return False
    branch, _ = recorder.name_of(ns)
    run.interrupts += [_question(recorder, branch, question) for question in questions]
    return True


def _question(recorder: Recorder, branch: str, question: dict[str, Any]) -> dict[str, Any]:
    """Return a question as callers see it; a schema that cannot be used is named in the report."""
    value = as_json(question["value"])
    schema = schema_beside(value)
    if schema is not None and (reason := why_no_schema(schema)) is not None:
        recorder.warn(f"{branch}: the schema beside its question is not used: {reason}")
        schema = None
    return {"id": question["id"], "value": value, "branch": branch, "schema": schema}
