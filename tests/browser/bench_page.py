"""What the page costs, against its limits: `make bench-page`. Times hold for a quiet machine."""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
from playwright.sync_api import Browser, CDPSession, sync_playwright

from app.settings import Settings
from tests.browser.chromium import find_chromium
from tests.browser.page.visit import Visit, visiting
from tests.e2e.killed_service import KilledService

GRAPHS = Path(__file__).parent / "page" / "graphs" / "bench.json"

OPTIONS = {"bypass_csp": True}

TOKENS = 30_000


@dataclass(frozen=True)
class Limit:
    """One promise, and what was measured."""

    name: str
    limit: float
    unit: str
    measured: float

    def line(self) -> str:
        verdict = "ok" if self.measured <= self.limit else "OVER"
        return f"{self.name:<44} {self.measured:>9.2f} {self.unit:<4} {self.limit:>8g}  {verdict}"


@contextmanager
def service(folder: Path) -> Iterator[KilledService]:
    """A service in a process of its own, so that it does not share one with the measuring."""
    settings = Settings(_env_file=None, data_dir=folder, local_model="off")
    started = KilledService(settings, {"FANJOIN_GRAPHS_FILE": str(GRAPHS)})
    started.start()
    try:
        yield started
    finally:
        started.stop()


def run(url: str, graph_id: str, **input: Any) -> str:
    """Run a graph in the background, with its tokens; return the id."""
    body = {"input": input, "stream_tokens": True}
    answer = httpx2.post(f"{url}/graphs/{graph_id}/runs", json=body, timeout=60)
    return str(answer.json()["run_id"])


def wait(url: str, run_id: str) -> None:
    while httpx2.get(f"{url}/runs/{run_id}").json()["status"] in ("pending", "running"):
        time.sleep(0.05)


def shown_ms(visit: Visit) -> float:
    return float(
        visit.page.evaluate("performance.getEntriesByName('shown').at(-1)?.startTime ?? 1e9")
    )


def median_of(browser: Browser, url: str, place: str) -> float:
    """Return the median of five cold loads, until the page is shown."""
    times = []
    for _ in range(5):
        with visiting(browser, url, **OPTIONS) as visit:
            visit.go(place)
            times.append(shown_ms(visit))
    return statistics.median(times)


def hundred_branches(browser: Browser, url: str) -> Iterator[Limit]:
    watch = """new PerformanceObserver((list) => (window.long ??= []).push(
        ...list.getEntries().map((one) => one.duration))).observe({type: "longtask"})"""
    with visiting(browser, url, **OPTIONS) as visit:
        visit.go("#/graphs/wide")
        visit.page.evaluate(watch)
        visit.start("wide")
        visit.page.wait_for_selector(".head .chip[data-s=degraded], .head .chip[data-s=success]")
        drawn = visit.page.evaluate(
            "performance.getEntriesByName('draw').map((one) => one.duration)"
        )
        long = visit.page.evaluate("window.long ?? []")
    yield Limit("100 branches live: median draw", 4, "ms", statistics.median(drawn))
    yield Limit("  longest task after the first", 100, "ms", max(long[1:], default=0.0))


def heap_mb(session: CDPSession) -> float:
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def heap(browser: Browser, url: str) -> Limit:
    with visiting(browser, url, **OPTIONS) as visit:
        visit.go(f"#/runs/{run(url, 'talks', tokens=TOKENS, pause=0)}")
        visit.page.wait_for_selector(".head .chip[data-s=success]", timeout=120_000)
        session = visit.page.context.new_cdp_session(visit.page)
        return Limit(f"heap after {TOKENS} tokens", 30, "MB", heap_mb(session))


def follower(url: str, process: psutil.Process) -> Limit:
    """The difference of the service's CPU with ten followers and without, at 20 events/s."""
    seconds, followers = 10.0, 10

    def used(watch: Callable[[str], Any]) -> float:
        run_id = run(url, "talks", tokens=int(20 * seconds), pause=0.05)
        watching = watch(run_id)
        before = sum(process.cpu_times()[:2])
        wait(url, run_id)
        after = sum(process.cpu_times()[:2])
        for one in watching:
            one.join()
        return after - before

    def follow(run_id: str) -> list[Any]:
        def read() -> None:
            with httpx2.stream("GET", f"{url}/runs/{run_id}/stream", timeout=60) as answer:
                for _ in answer.iter_bytes():
                    pass

        threads = [threading.Thread(target=read) for _ in range(followers)]
        for thread in threads:
            thread.start()
        return threads

    share = (used(follow) - used(lambda _: [])) / followers / seconds * 100
    return Limit("a follower at 20 events/s, of a core", 0.3, "%", max(0.0, share))


def measure(browser: Browser, started: KilledService) -> Iterator[Limit]:
    url = started.url
    wait(url, run(url, "wide"))
    finished = run(url, "items", items=20)
    wait(url, finished)
    yield Limit("the graphs, interactive", 500, "ms", median_of(browser, url, "#/"))
    yield Limit("a finished run", 700, "ms", median_of(browser, url, f"#/runs/{finished}"))
    yield from hundred_branches(browser, url)
    many = run(url, "items", items=250)
    wait(url, many)
    yield Limit("a run of 1,001 rows", 1000, "ms", median_of(browser, url, f"#/runs/{many}"))
    body = {"inputs": [{"items": 1}] * 100}
    for _ in range(10):
        httpx2.post(f"{url}/graphs/items/batch", json=body, timeout=120)
    yield Limit("1,000 runs", 1000, "ms", median_of(browser, url, "#/runs?limit=1000"))
    yield heap(browser, url)
    assert started._child is not None
    yield follower(url, psutil.Process(started._child.pid))


def main() -> int:
    is_over = False
    with (
        tempfile.TemporaryDirectory() as folder,
        service(Path(folder) / "data") as started,
        sync_playwright() as playwright,
    ):
        program = find_chromium()
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        print(f"{'':<44} {'measured':>9} {'':<4} {'limit':>8}")  # noqa: T201 - a table to read
        for limit in measure(browser, started):
            print(limit.line(), flush=True)  # noqa: T201
            is_over |= limit.measured > limit.limit
        browser.close()
    return 1 if is_over else 0


if __name__ == "__main__":
    sys.exit(main())
