"""What each template saves by working side by side, on a model that answers after half a second.

A row per graph of langgraph.json, run on its own example. The best there can be is to take as long
as the longest branch; four fifths of it are asked for.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any

from tests.benchmarks import servers
from tests.benchmarks.children import ROOT, Child
from tests.benchmarks.load import RequestFailed, Target, answers_each, get, invoke, post
from tests.benchmarks.result import Result
from tests.benchmarks.side_by_side import side_by_side
from tests.source_server import serve_sources

ASKS_NO_MODEL = frozenset({"parallel_tasks"})
"""Its branches are over in microseconds: there is nothing to save."""

GRAPHS_FILE = ROOT / "langgraph.json"

_SECONDS = 0.5
"""What a source takes to answer, as the model does."""

_WEB_KEY = {"TAVILY_API_KEY": "none-needed"}
"""So that the web is searched too: on the loopback, like every other source."""

_VISION = {"FANJOIN_VISION_MODEL": "bench"}
"""So that images are looked at, by the model that answers everything else."""

_TRAVEL_KEYS = dict.fromkeys(
    ("DUFFEL_ACCESS_TOKEN", "LITEAPI_API_KEY", "TICKETMASTER_API_KEY"), "none-needed"
)
"""So that offers are searched for on the loopback; samples are there at once."""

_ROUNDS = 5
_LIMIT = 0.8

_ROUNDS_ONE_AT_A_TIME = 3
_MOST_APART = 1.1
"""Between the work that a report adds up, and the time of a run that does it one at a time."""


def template_rows() -> Mapping[str, Callable[[], Awaitable[Result]]]:
    graph_ids = json.loads(GRAPHS_FILE.read_text())["graphs"]
    asking = [graph_id for graph_id in graph_ids if graph_id not in ASKS_NO_MODEL]
    return {
        **{f"{graph_id}_speedup": partial(measure_template, graph_id) for graph_id in asking},
        **{
            f"{graph_id}_one_at_a_time": partial(measure_one_at_a_time, graph_id)
            for graph_id in asking
        },
    }


@contextmanager
def _served() -> Iterator[Child]:
    """Serve the templates, with every source and model on the loopback."""
    with (
        servers.model_server() as model,
        serve_sources(delay=_SECONDS) as sources,
        servers.service(
            model,
            graphs_file=GRAPHS_FILE,
            more={**_WEB_KEY, **_VISION, **_TRAVEL_KEYS, **sources.environment},
        ) as service,
    ):
        yield service


async def measure_template(graph_id: str) -> Result:
    with _served() as service:
        (described,) = await answers_each(Target(service, get(f"/graphs/{graph_id}")), times=1)
        graph = json.loads(described)
        target = invoke(service, graph_id, graph["example"])
        _, *answers = await answers_each(target, times=1 + _ROUNDS)
    fan_outs = {branch["name"]: branch["fan_out"] for branch in graph["branches"]}
    reports = [json.loads(answer)["report"] for answer in answers]
    if any(report["degraded"] for report in reports):
        raise RequestFailed(f"{graph_id} came out degraded: a branch that failed has saved nothing")
    runs = [side_by_side(report["branches"], fan_outs) for report in reports]
    work = median(run.work for run in runs)
    longest = median(run.longest for run in runs)
    wall = median(run.wall for run in runs)
    whole = median(report["speedup"] for report in reports)
    return Result(
        f"{graph_id}_speedup",
        f"branches {work:.2f} s, longest {longest:.2f} s, took {wall:.2f} s; whole run {whole} x",
        "x",
        work / wall,
        floor=work / longest,
        limit=_LIMIT,
        bound="at least",
    )


async def measure_one_at_a_time(graph_id: str) -> Result:
    """Compare the sum of the work of a run with the wall time of one that does it in turns."""
    with _served() as service:
        (described,) = await answers_each(Target(service, get(f"/graphs/{graph_id}")), times=1)
        example = json.loads(described)["example"]
        side_by_side = await _reports(service, graph_id, {"input": example})
        in_turns = {"input": example, "config": {"max_concurrency": 1}}
        one_at_a_time = await _reports(service, graph_id, in_turns)
    computed = median(report["sum_ms"] for report in side_by_side) / 1000
    measured = median(report["wall_ms"] for report in one_at_a_time) / 1000
    wall = median(report["wall_ms"] for report in side_by_side) / 1000
    return Result(
        f"{graph_id}_one_at_a_time",
        f"side by side {wall:.2f} s; one at a time {measured:.2f} s, computed {computed:.2f} s",
        "s",
        max(measured, computed),
        floor=min(measured, computed),
        limit=_MOST_APART,
    )


async def _reports(service: Child, graph_id: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    request = post(f"/graphs/{graph_id}/invoke", body)
    _, *answers = await answers_each(Target(service, request), times=1 + _ROUNDS_ONE_AT_A_TIME)
    return [json.loads(answer)["report"] for answer in answers]
