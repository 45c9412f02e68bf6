"""Many hostile clients at once: what they cost the service in memory, open files and time."""

import resource
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

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
SLOWEST_ANSWER_SECONDS = 5.0
HEAD = b"POST /graphs/topic_brief/invoke HTTP/1.1\r\nHost: localhost\r\n"


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
    """What something costs a process in memory; printed, for docs/reliability.md."""

    def __init__(self, process_id: int, title: str, write: Callable[[str], object]) -> None:
        self._process = psutil.Process(process_id)
        self._title = title
        self._write = write
        self.growth = 0
        """In bytes."""

    @contextmanager
    def measured(self) -> Iterator[None]:
        before = self._process.memory_info().rss
        yield
        after = self._process.memory_info().rss
        self.growth = after - before
        mebibytes = f"{before >> 20} MiB before, {after >> 20} MiB after"
        self._write(f"\n{self._title:60} {mebibytes}")


@pytest.fixture
def cost(
    service: Process, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Iterator[Cost]:
    written: list[str] = []
    yield Cost(service.process_id, request.node.name.removeprefix("test_")[:60], written.append)
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
    ],
    ids=["lines", "value", "trailers", "extension", "body", "pipelined"],
)
def test_bytes_without_end_cost_no_memory(
    service: Process, cost: Cost, start: bytes, piece: bytes
) -> None:
    service.get("/ok")

    with cost.measured():
        for _ in range(5):
            with connect(service) as client:
                send_for_ever(client, start, piece)
        answer = service.get("/ok")

    assert answer.elapsed.total_seconds() < SLOWEST_ANSWER_SECONDS
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
        answer = service.get("/ok")
        wait_until(lambda: process.num_fds() <= before + 1, "the service to close them all")

    assert answer.is_success
    assert answer.elapsed.total_seconds() < SLOWEST_ANSWER_SECONDS
    assert cost.growth < MOST_GROWTH


def test_more_clients_than_open_files_are_refused(service: Process, cost: Cost) -> None:
    process = psutil.Process(service.process_id)

    with cost.measured(), open_files(4096), ExitStack() as stack:
        for _ in range(OPEN_FILES + CLIENTS):
            stack.enter_context(connect(service))
        service.wait_for("too many connections")
        assert process.num_fds() < OPEN_FILES

    wait_until(lambda: service.get("/ok").is_success, "the service to answer again")
    assert service.output.count("too many connections") == 1
    assert "Too many open files" not in service.output
    assert cost.growth < MOST_GROWTH
