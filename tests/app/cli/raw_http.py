"""Raw sockets against a real service with narrow bounds on its connections."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import Process, fanjoin
from tests.patience import SECONDS

KEY = "k" * 24
LIMITS = {
    "API_KEYS": KEY,
    "MAX_REQUEST_LINE_BYTES": 1000,
    "MAX_HEADER_BYTES": 4000,
    "MAX_HEADER_LINES": 20,
    "HEAD_TIMEOUT_SECONDS": 2,
    "BODY_TIMEOUT_SECONDS": 1,
    "UNREAD_ANSWER_SECONDS": 2,
    "KEEP_ALIVE_SECONDS": 1,
    "MAX_CONNECTIONS": 12,
    "MAX_BODY_BYTES": 100_000,
    "CORS_ORIGINS": "https://app.example,https://other.example",
}
ORIGIN = b"Origin: https://app.example\r\n"
OK = b"GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n"
INVOKE = b"POST /graphs/topic_brief/invoke HTTP/1.1\r\nHost: localhost\r\n"
POST = INVOKE + b"Content-Type: application/json\r\n"
SIGNED = POST + f"x-api-key: {KEY}\r\n".encode()
BODY = b'{"input": {"topic": "tides"}}'
MANY = 40 * 1024 * 1024


@contextmanager
def bounded_service(folder: Path) -> Iterator[Process]:
    """Serve a graph under these limits, and with a key."""
    write_registry(folder, topic_brief=write_graph(folder))
    lines = [f"FANJOIN_{name}={value}\n" for name, value in LIMITS.items()]
    (folder / ".env").write_text("".join(lines))
    with fanjoin("serve", folder=folder) as process:
        process.url()
        yield process


@contextmanager
def connect(service: Process, *, receive_buffer: int = 0) -> Iterator[socket.socket]:
    with socket.socket() as client:
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(SECONDS)
        host, port = service.url().removeprefix("http://").split(":")
        client.connect((host, int(port)))
        yield client


def read_to_the_end(client: socket.socket) -> bytes:
    """What comes in until the service closes the connection."""
    parts = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def send_all_or_part(client: socket.socket, start: bytes, piece: bytes) -> int:
    """Send pieces until the service hangs up, or MANY bytes are sent; return how many were."""
    sent = 0
    try:
        client.sendall(start)
        while sent < MANY:
            client.sendall(piece)
            sent += len(piece)
    except (ConnectionResetError, BrokenPipeError):
        pass
    return sent


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer[9:12])


def ask(service: Process, request: bytes) -> bytes:
    with connect(service) as client:
        client.sendall(request)
        return read_to_the_end(client)
