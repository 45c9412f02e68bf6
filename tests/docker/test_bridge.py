"""The bridge of the image test, which runs without an image."""

import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.docker.bridge import bridge_to


@pytest.fixture
def far(tmp_path: Path) -> Iterator[socket.socket]:
    """What the bridge leads to."""
    with socket.socket(socket.AF_UNIX) as far:
        far.bind(str(tmp_path / "far"))
        far.listen()
        yield far


def sockets() -> set[int]:
    """The sockets this process has open."""
    return {one.fd for one in psutil.Process().net_connections("all")}


def test_bridge_carries_both_ways(far: socket.socket) -> None:
    with (
        bridge_to(far.getsockname()) as port,
        socket.create_connection(("127.0.0.1", port)) as near,
        far.accept()[0] as answering,
    ):
        near.sendall(b"question")
        received = answering.recv(100)
        answering.sendall(b"answer")
        answer = near.recv(100)

    assert (received, answer) == (b"question", b"answer")


@pytest.mark.parametrize("is_hung_up", [True, False], ids=["hung-up", "still-connected"])
def test_bridge_leaves_no_socket_open(far: socket.socket, *, is_hung_up: bool) -> None:
    gc.collect()
    before = sockets()

    with bridge_to(far.getsockname()) as port:
        near = socket.create_connection(("127.0.0.1", port))
        near.sendall(b"x")
        answering, _ = far.accept()
        answering.recv(1)
        if is_hung_up:
            near.close()

    left = sockets() - before - {near.fileno(), answering.fileno()}
    near.close()
    answering.close()
    assert left == set()
