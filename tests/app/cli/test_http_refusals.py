"""Refusals that a connection gives by itself: who may read them, and how often they are logged."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.app.cli.processes import Process
from tests.app.cli.raw_http import (
    OK,
    ORIGIN,
    SIGNED,
    ask,
    bounded_service,
    connect,
    read_to_the_end,
    status_of,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with bounded_service(tmp_path_factory.mktemp("service")) as process:
        yield process


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (OK[:-2] + ORIGIN + b"a: " + b"b" * 5000 + b"\r\n\r\n", 431),
        (OK[:-2] + ORIGIN + b"a: b\r\n" * 30 + b"\r\n", 431),
        (OK[:-2] + ORIGIN + b"a: b", 408),
        (SIGNED + ORIGIN + b"Content-Length: 99\r\n\r\n{", 408),
        (OK[:-2] + ORIGIN + b"a: b\r\nno header\r\n\r\n", 400),
        (SIGNED + ORIGIN + b"Content-Length: 999999999\r\n\r\n", 413),
    ],
    ids=["bytes", "lines", "head", "body", "malformed", "too-large"],
)
def test_refusal_of_the_connection_can_be_read_by_a_declared_origin_alone(
    service: Process, request_bytes: bytes, status: int
) -> None:
    answer = ask(service, request_bytes)
    foreign = ask(service, request_bytes.replace(b"app.example", b"evil.example"))

    assert status_of(answer) == status_of(foreign) == status
    assert b"access-control-allow-origin: https://app.example\r\n" in answer.lower()
    assert b"access-control-allow-origin" not in foreign.lower()


def test_connections_over_the_limit_get_503_and_one_line_in_the_log(service: Process) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(connect(service)) for _ in range(24)]
        answers = [read_to_the_end(client) for client in crowd]

    refused = [answer for answer in answers if answer]
    assert len(refused) >= 12
    assert {status_of(answer) for answer in refused} == {503}
    assert all(b"retry-after: " in answer for answer in refused)
    assert service.output.count("too many connections") == 1
    assert status_of(ask(service, OK)) == 200


def test_connection_over_the_limit_says_so_to_a_page(service: Process) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(connect(service))
        callers = [stack.enter_context(connect(service)) for _ in range(4)]
        for caller in callers:
            caller.sendall(OK[:-2] + ORIGIN + b"\r\n")
        answers = [read_to_the_end(caller) for caller in callers]

    assert {status_of(answer) for answer in answers} == {503}
    assert all(b"allow-origin: https://app.example" in answer.lower() for answer in answers)
