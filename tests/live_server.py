"""A real uvicorn on a free loopback port, in a thread, for what a test client cannot show."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

PATIENCE_SECONDS = 60
"""How long a caller waits: on a busy machine nothing takes that long that comes at all."""


class LiveServer(uvicorn.Server):
    """Says when it listens, and where."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, ws="none"))
        self.is_listening = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_listening.set()

    def wait_for_requests(self, number: int) -> None:
        """Return when just so many requests are being answered."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.server_state.tasks) != number:
            assert time.monotonic() < deadline, f"there are not {number} requests at work"
            time.sleep(0.01)


@contextmanager
def serve(app: FastAPI) -> Iterator[LiveServer]:
    """Serve an app until the block ends; it listens when the block begins."""
    server = LiveServer(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [server.listener]})
    thread.start()
    try:
        assert server.is_listening.wait(PATIENCE_SECONDS), "the service did not start"
        yield server
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        is_left = thread.is_alive()
        server.force_exit = True
        thread.join()
        server.listener.close()
    assert not is_left, "a request was never answered"


def post_and_leave(
    server: LiveServer, path: str, body: dict[str, Any], *, when: Callable[[], None]
) -> None:
    """Send a request and hang up when `when` returns, with the answer still owed."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection(server.listener.getsockname()) as client:
        client.sendall(head.encode() + content)
        when()
