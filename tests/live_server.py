"""A real uvicorn on a free loopback port, in a thread, for what a test client cannot show."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI


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


@contextmanager
def serve(app: FastAPI) -> Iterator[LiveServer]:
    """Serve an app until the block ends; it listens when the block begins."""
    server = LiveServer(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [server.listener]})
    thread.start()
    try:
        assert server.is_listening.wait(20), "the service did not start"
        yield server
    finally:
        server.should_exit = True
        thread.join(20)
        server.listener.close()


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
