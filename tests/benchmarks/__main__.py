"""Measure Fanjoin against its floor: `python -m tests.benchmarks`, or `make bench`.

Prints one line per promise of speed or size, and ends with status 1 when one does not hold.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping

import uvloop
from rich.console import Console

from tests.benchmarks import fan_outs, invoke, memory, search, threads, topics
from tests.benchmarks.dev_server import measure_dev_server
from tests.benchmarks.result import Result
from tests.benchmarks.table import json_of, table_of
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
    "history_state": threads.measure_state,
    "history_page": threads.measure_history,
    "search_sqlite": search.measure_sqlite,
    "search_postgres": search.measure_postgres,
    "topic_brief": topics.measure_topics,
    "fan_out_all": fan_outs.measure_all,
    "fan_out_quorum": fan_outs.measure_quorum,
    "fan_out_deadline": fan_outs.measure_deadline,
    "idle": memory.measure_idle,
    "waiting_tasks": memory.measure_waiting_tasks,
    "waiting_topics": memory.measure_waiting_topics,
    "growth": memory.measure_growth,
    **_TEMPLATE_ROWS,
}
BESIDE_DEV = frozenset({"invoke", "throughput", "topic_brief"})
"""The rows whose work `langgraph dev` can be given too."""

_WIDTH = 180


def main() -> int:
    chosen = _arguments()
    rows = _rows(chosen.only or ROWS)
    progress = Console(stderr=True)
    results: list[Result] = []
    dev: dict[str, float] = {}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for number, row in enumerate(rows, 1):
            progress.print(f"{number} of {len(rows)}: {row} ...")
            results.append(runner.run(_measured(row)))
        if not chosen.without_dev and BESIDE_DEV & set(rows):
            progress.print("the same work against langgraph dev ...")
            dev = runner.run(measure_dev_server())
    if chosen.json:
        sys.stdout.write(json.dumps(json_of(results, dev), indent=2) + "\n")
    else:
        Console(width=_WIDTH).print(table_of(results, dev))
    return 0 if all(result.holds for result in results) else 1


def _rows(names: Iterable[str]) -> list[str]:
    return [row for name in names for row in (_TEMPLATE_ROWS if name == TEMPLATES else [name])]


async def _measured(row: str) -> Result:
    return await ROWS[row]()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=[*ROWS, TEMPLATES],
        metavar="ROW",
        help=f"one of {', '.join(ROWS)}, or {TEMPLATES} for each graph's speed-up",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--without-dev", action="store_true", help="leave out the comparison with langgraph dev"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
