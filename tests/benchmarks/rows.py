"""All rows by name, and how one is measured."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from tests.benchmarks import commands, fan_outs, invoke, memory, queue, search, threads, topics
from tests.benchmarks.result import Failure, Result, RowFailed
from tests.benchmarks.templates import template_rows

TEMPLATES = "templates"
"""Stands for the rows of all templates."""

_TEMPLATE_ROWS = template_rows()

ROWS: Mapping[str, Callable[[], Awaitable[Result]]] = {
    "invoke": invoke.measure_one_connection,
    "throughput": invoke.measure_many_connections,
    "recorded": invoke.measure_recorded,
    "thread": threads.measure_run,
    "concurrent": threads.measure_concurrent,
    "enqueue_1": queue.measure_enqueue_alone,
    "enqueue_16": queue.measure_enqueue_of_many,
    "background_1": queue.measure_background_alone,
    "background_16": queue.measure_background_of_many,
    "first_event": queue.measure_first_event,
    "fair": queue.measure_fair,
    "history_state": threads.measure_state,
    "history_page": threads.measure_history,
    "search_sqlite": search.measure_sqlite,
    "search_postgres": search.measure_postgres,
    "brief": topics.measure_topics,
    "fan_out_all": fan_outs.measure_all,
    "fan_out_quorum": fan_outs.measure_quorum,
    "fan_out_deadline": fan_outs.measure_deadline,
    "idle": memory.measure_idle,
    "waiting_tasks": memory.measure_waiting_tasks,
    "waiting_topics": memory.measure_waiting_topics,
    "growth": memory.measure_growth,
    "help": commands.measure_help,
    "version": commands.measure_version,
    **_TEMPLATE_ROWS,
}
BESIDE_DEV = frozenset({"invoke", "throughput", "brief"})
"""The rows whose work `langgraph dev` can be given too."""


def row_names(chosen: Iterable[str]) -> list[str]:
    """Return the rows' names, with `templates` replaced by the rows it stands for."""
    return [row for name in chosen for row in (_TEMPLATE_ROWS if name == TEMPLATES else [name])]


async def measure(row: str) -> Result | Failure:
    try:
        return await ROWS[row]()
    except RowFailed as failed:
        return Failure(row, str(failed))
