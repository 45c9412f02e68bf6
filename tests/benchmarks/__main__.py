"""Measure Fanjoin against its floor: `python -m tests.benchmarks`, or `make bench`.

Prints one line per promise of speed or size, and ends with status 1 when one does not hold. With
--against, compares each row with the same row of another commit instead, and ends with status 1
when one has become worse.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

import uvloop
from rich.console import Console

from tests.benchmarks.against import compare_with
from tests.benchmarks.dev_server import measure_dev_server
from tests.benchmarks.result import Failure, Result
from tests.benchmarks.rows import BESIDE_DEV, ROWS, TEMPLATES, measure, row_names
from tests.benchmarks.table import json_of, table_of

_WIDTH = 180


def main() -> int:
    chosen = _arguments()
    rows = row_names(chosen.only or ROWS)
    if chosen.against is not None:
        return compare_with(chosen.against, rows, pairs=chosen.pairs, as_json=chosen.json)
    return _measure(rows, is_beside_dev=not chosen.without_dev, as_json=chosen.json)


def _measure(rows: Sequence[str], *, is_beside_dev: bool, as_json: bool) -> int:
    progress = Console(stderr=True)
    results: list[Result | Failure] = []
    dev: dict[str, float] = {}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for number, row in enumerate(rows, 1):
            progress.print(f"{number} of {len(rows)}: {row} ...")
            results.append(runner.run(measure(row)))
        if is_beside_dev and BESIDE_DEV & set(rows):
            progress.print("the same work against langgraph dev ...")
            dev = runner.run(measure_dev_server())
    if as_json:
        sys.stdout.write(json.dumps(json_of(results, dev), indent=2) + "\n")
    else:
        Console(width=_WIDTH).print(table_of(results, dev))
    return 0 if all(result.holds for result in results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=[*ROWS, TEMPLATES],
        metavar="ROW",
        help=f"one of {', '.join(ROWS)}, or {TEMPLATES} for each graph's speed-up; repeat it for "
        "more than one",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--without-dev", action="store_true", help="leave out the comparison with langgraph dev"
    )
    parser.add_argument(
        "--against",
        metavar="COMMIT",
        help="measure each row here and in a temporary checkout of this commit, by turns",
    )
    parser.add_argument(
        "--pairs",
        type=_at_least_one,
        default=5,
        metavar="N",
        help="how often each row is measured on both sides with --against (default: 5)",
    )
    return parser.parse_args()


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
