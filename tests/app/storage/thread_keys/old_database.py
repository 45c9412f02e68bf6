"""A database as it was at revision r0002, with states of several graphs on each thread."""

import asyncio
import operator
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt
from sqlalchemy import Connection, insert
from typing_extensions import TypedDict

from app.settings import Settings
from app.storage.checkpoints import open_checkpoints
from app.storage.columns import json_text, labels_of
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.storage.tables import runs, thread_labels, threads
from tests.app.storage.revisions import downgrade

Graph = CompiledStateGraph[Any, Any, Any, Any]


class State(TypedDict, total=False):
    notes: Annotated[list[str], operator.add]
    answer: str


async def note(state: State) -> State:
    return {"notes": ["x" * 2_000]}


async def ask(state: State) -> State:
    return {"answer": interrupt("may I?")}


def graph_of(graph_id: str, saver: BaseCheckpointSaver[Any]) -> Graph:
    """Return one of two graphs, by the beginning of its id: it counts, or asks in a sub-graph."""
    inner = StateGraph(State).add_node(ask).add_edge(START, "ask").compile()
    builder = StateGraph(State).add_node(note).add_edge(START, "note")
    if graph_id.startswith("asks"):
        builder.add_node("inner", inner)
        builder.add_edge("note", "inner")
    return builder.compile(checkpointer=saver)


LAST_USED = datetime(2026, 11, 22, 10, tzinfo=UTC)

THREADS: dict[tuple[str, str], dict[str, Any]] = {
    ("ann", "one"): {"graph_id": "counts"},
    ("ann", "several"): {"graph_id": "counts", "metadata": {"team": "x", "nested": {"a": 1}}},
    ("ann", "asking"): {"graph_id": "asks", "status": "interrupted"},
    ("ann", "asked"): {"graph_id": "counts"},
    ("ann", "answered"): {"graph_id": "counts"},
    ("ann", "patched"): {"graph_id": "asks2", "last_run_id": "run of counts", "status": "busy"},
    ("ann", "without"): {"graph_id": "never_ran"},
    ("ann", "going"): {"graph_id": "counts", "status": "deleting"},
    ("ann", "a"): {"graph_id": "counts"},
    ("ann", "a~counts2"): {"graph_id": "counts"},
    ("ann", "a/b~"): {"graph_id": "counts2"},
    ("ann", "counts/c"): {"graph_id": "counts"},
    ("ann", "empty"): {"graph_id": None},
    ("bea", "several"): {"graph_id": "counts2"},
    ("", "several"): {"graph_id": "counts2"},
}
"""The rows of threads, with what matters in them; `ann` and `bea` stand for their fingerprints."""

OWNERS = {"ann": "42492da06234ad0a", "bea": "efbe42620ff99f59", "": ""}

STATES: dict[tuple[str, str, str], str] = {
    ("ann", "counts", "one"): "one",
    ("ann", "counts2", "several"): "several~counts2",
    ("ann", "asks", "several"): "several~asks",
    ("ann", "counts", "several"): "several",
    ("ann", "counts", "asking"): "asking~counts",
    ("ann", "asks", "asking"): "asking",
    ("ann", "asks", "asked"): "asked~asks",
    ("ann", "counts", "asked"): "asked",
    ("ann", "asks3", "answered"): "answered~asks3",
    ("ann", "counts", "answered"): "answered",
    ("ann", "asks2", "patched"): "patched~asks2",
    ("ann", "counts", "patched"): "patched",
    ("ann", "counts2", "without"): "without~counts2",
    ("ann", "counts", "without"): "without",
    ("ann", "counts2", "going"): "going~counts2",
    ("ann", "counts", "going"): "going",
    ("ann", "counts2", "a"): "a~counts2~3",
    ("ann", "counts", "a"): "a",
    ("ann", "counts", "a~counts2"): "a~counts2",
    ("ann", "counts", "a~counts2~2"): "a~counts2~2",
    ("ann", "counts", "a/b~"): "a/b~~counts",
    ("ann", "counts2", "a/b~"): "a/b~",
    ("ann", "counts2", "counts/c"): "counts/c~counts2",
    ("ann", "counts", "counts/c"): "counts/c",
    ("ann", "counts", "lost"): "lost~counts",
    ("ann", "asks", "lost"): "lost",
    ("bea", "counts", "several"): "several~counts",
    ("bea", "counts2", "several"): "several",
    ("", "counts", "several"): "several~counts",
    ("", "counts2", "several"): "several",
}
"""Owner, graph and thread of each state, in the order of their runs, and the thread it becomes.

`lost` and `a~counts2~2` have no row.
"""

OTHERS = ("run:0189", "alone", "nobody/counts/t")
"""Keys that no thread had, which stay as they are."""


async def write_old_database(settings: Settings) -> None:
    """Make the tables of r0002 and fill them."""
    await migrate(settings)
    async with open_database(settings) as database:
        await database.writer.write(_insert_rows, None)
    async with open_checkpoints(settings) as checkpoints:
        saver = checkpoints.of("").behind
        for owner, graph_id, thread_id in STATES:
            await _run(graph_of(graph_id, saver), f"{OWNERS[owner]}/{graph_id}/{thread_id}")
        answered = f"{OWNERS['ann']}/asks3/answered"
        await graph_of("asks3", saver).ainvoke(Command(resume="yes"), _at(answered))
        for key in OTHERS:
            await _run(graph_of("counts", saver), key)
    await asyncio.to_thread(downgrade, settings, "r0002")


async def old_states(settings: Settings) -> dict[tuple[str, str], Any]:
    """Return each state with its history, by the owner and the thread that it is to become."""
    async with open_checkpoints(settings) as checkpoints:
        saver = checkpoints.of("").behind
        return {
            (owner, becomes): await _dump(
                graph_of(graph_id, saver), f"{OWNERS[owner]}/{graph_id}/{thread_id}"
            )
            for (owner, graph_id, thread_id), becomes in STATES.items()
        }


async def new_states(
    settings: Settings, places: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str], Any]:
    """Return the states of threads, each given as owner, thread and graph."""
    async with open_checkpoints(settings) as checkpoints:
        return {
            (owner, thread_id): await _dump(
                graph_of(graph_id, checkpoints.of(OWNERS[owner])), thread_id
            )
            for owner, thread_id, graph_id in places
        }


async def other_states(settings: Settings) -> dict[str, Any]:
    async with open_checkpoints(settings) as checkpoints:
        graph = graph_of("counts", checkpoints.of("").behind)
        return {key: await _dump(graph, key) for key in OTHERS}


def _insert_rows(connection: Connection, _: None) -> None:
    for (owner, thread_id), values in THREADS.items():
        place = {"owner": OWNERS[owner], "thread_id": thread_id}
        metadata = values.get("metadata", {})
        row = {"status": "idle", **values, **place, "metadata": json_text(metadata)}
        moments = {"created_at": LAST_USED, "updated_at": LAST_USED}
        connection.execute(insert(threads).values({**row, **moments}))
        for key, value in labels_of(metadata).items():
            connection.execute(insert(thread_labels).values(**place, key=key, value=value))
    run = {"owner": OWNERS["ann"], "graph_id": "counts", "thread_id": "patched", "request": "{}"}
    columns = {"id": "run of counts", "status": "running", "created_at": LAST_USED}
    connection.execute(insert(runs).values({**run, **columns}))


async def _run(graph: Graph, key: str) -> None:
    for _ in range(2):
        await graph.ainvoke({}, _at(key))


async def _dump(graph: Graph, thread_id: str) -> Any:
    saver = graph.checkpointer
    assert isinstance(saver, BaseCheckpointSaver)
    states = [await graph.aget_state(_at(thread_id), subgraphs=True)]
    states += [state async for state in graph.aget_state_history(_at(thread_id))]
    stored = [one async for one in saver.alist(_at(thread_id))]
    return [_without_thread_id(one) for one in (*states, *stored)]


def _without_thread_id(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_thread_id(item) for key, item in value.items() if key != "thread_id"}
    if hasattr(value, "_asdict"):
        return _without_thread_id(value._asdict())
    if isinstance(value, list | tuple):
        return [_without_thread_id(item) for item in value]
    return value


def _at(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id}}
