"""Many hostile clients at once: what they cost the service in memory, open files and time."""

import re
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import Process, fanjoin
from tests.patience import SECONDS, wait_until

pytestmark = pytest.mark.hostile

OPEN_FILES = 1024
CLIENTS = 300
MOST_GROWTH = 64 * 1024 * 1024
MEGABYTES = 200
HEAD = b"POST /graphs/topic_brief/invoke HTTP/1.1\r\nHost: localhost\r\n"
UPGRADE = HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 999999999\r\n\r\n"


@contextmanager
def open_files(limit: int) -> Iterator[None]:
    """Let a process that starts meanwhile open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("service")
    write_registry(folder, topic_brief=write_graph(folder))
    with ExitStack() as stack:
        with open_files(OPEN_FILES):
            process = stack.enter_context(fanjoin("serve", folder=folder))
        process.url()
        yield process


class Cost:
    """What something costs a process and another client; printed, for docs/reliability.md."""

    def __init__(self, service: Process, title: str, write: Callable[[str], object]) -> None:
        self._service = service
        self._title = title
        self._write = write
        self.growth = 0
        """The most memory meanwhile less that before, in bytes."""
        self.slowest = 0.0
        """The longest that another client waited for `/ok` meanwhile, in seconds."""

    @contextmanager
    def measured(self, *, asks: bool = True) -> Iterator[None]:
        """Measure what is done meanwhile; `asks` for another client beside it."""
        process_id = self._service.process_id
        before = psutil.Process(process_id).memory_info().rss
        Path(f"/proc/{process_id}/clear_refs").write_text("5")
        with self._asking() if asks else nullcontext():
            yield
        most, after = most_memory(process_id), psutil.Process(process_id).memory_info().rss
        self.growth = most - before
        figures = f"{before >> 20} MiB before, {most >> 20} most, {after >> 20} after"
        waited = f"; /ok within {self.slowest:.2f} s" if asks else ""
        self._write(f"\n{self._title:60} {figures}{waited}")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask for `/ok` again and again; each time it must be answered."""
        over = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(self._ask_until, over)
            try:
                yield
            finally:
                over.set()
            asking.result()

    def _ask_until(self, over: threading.Event) -> None:
        while True:
            answer = self._service.get("/ok")
            assert answer.is_success, answer.text
            self.slowest = max(self.slowest, answer.elapsed.total_seconds())
            if over.wait(0.02):
                return


def most_memory(process_id: int) -> int:
    """Return the most memory of a process since its peak was reset, in bytes."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) * 1024


@pytest.fixture
def cost(
    service: Process, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Iterator[Cost]:
    written: list[str] = []
    yield Cost(service, request.node.name.removeprefix("test_")[:60], written.append)
    with capsys.disabled():
        sys.stdout.write("".join(written))


def connect(service: Process) -> socket.socket:
    host, port = service.url().removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), SECONDS)


def send_for_ever(client: socket.socket, start: bytes, piece: bytes) -> None:
    with suppress(ConnectionResetError, BrokenPipeError):
        client.sendall(start)
        for _ in range(MEGABYTES * 1024 * 1024 // len(piece)):
            client.sendall(piece)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (HEAD, b"a: b\r\n" * 10_000),
        (HEAD + b"a: ", b"b" * 65536),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 10_000),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"b" * 65536),
        (HEAD + b"Content-Length: 999999999\r\n\r\n", b"b" * 65536),
        (b"", b"GET /ok HTTP/1.1\r\n\r\n" * 3000),
        (b"", b"\r\n" * 32768),
        (UPGRADE, b"b" * 65536),
    ],
    ids=[
        *("lines", "value", "trailers", "extension", "body", "pipelined", "blank-lines"),
        "upgrade",
    ],
)
def test_bytes_without_end_cost_no_memory(
    service: Process, cost: Cost, start: bytes, piece: bytes
) -> None:
    service.get("/ok")

    with cost.measured():
        for _ in range(5):
            with connect(service) as client:
                send_for_ever(client, start, piece)

    assert cost.growth < MOST_GROWTH


@pytest.mark.parametrize(
    "start",
    [b"", b"GET /ok HTTP/1.1\r\nHost", HEAD + b"Content-Length: 100\r\n\r\n{"],
    ids=["silent", "half-head", "half-body"],
)
def test_clients_that_stop_are_closed_and_cost_the_others_nothing(
    service: Process, cost: Cost, start: bytes
) -> None:
    process = psutil.Process(service.process_id)
    before = process.num_fds()

    with cost.measured(), ExitStack() as stack:
        for _ in range(CLIENTS):
            stack.enter_context(connect(service)).sendall(start)
        wait_until(lambda: process.num_fds() <= before + 2, "the service to close them all")

    assert cost.growth < MOST_GROWTH


def test_more_clients_than_open_files_are_refused(service: Process, cost: Cost) -> None:
    process = psutil.Process(service.process_id)

    with cost.measured(asks=False), open_files(4096), ExitStack() as stack:
        for _ in range(OPEN_FILES + CLIENTS):
            stack.enter_context(connect(service))
        service.wait_for("too many connections")
        assert process.num_fds() < OPEN_FILES

    wait_until(lambda: service.get("/ok").is_success, "the service to answer again")
    assert service.output.count("too many connections") == 1
    assert "Too many open files" not in service.output
    assert cost.growth < MOST_GROWTH


def nested(lists: int) -> bytes:
    """Return so many lists, ninety within each other."""
    return b",".join([b"[" * 90 + b"]" * 90] * (lists // 90))


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (nested(500_000), 422),
        (b",".join([b"[]"] * 340_000), 422),
        (nested(49_000), 200),
        (b",".join([b"[]"] * 24_000), 200),
    ],
    ids=["deep", "many", "deep-within-the-bound", "many-within-the-bound"],
)
def test_bodies_full_of_lists_do_not_make_the_others_wait(
    service: Process, cost: Cost, values: bytes, status: int
) -> None:
    body = b'{"metadata": {"a": [%b]}}' % values
    headers = {"content-type": "application/json"}

    with cost.measured():
        for _ in range(10):
            answer = httpx2.post(
                f"{service.url()}/threads", content=body, headers=headers, timeout=SECONDS
            )
            assert answer.status_code == status, answer.text

    assert cost.growth < MOST_GROWTH
