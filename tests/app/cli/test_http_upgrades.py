"""Requests that want another protocol: they are answered in HTTP/1.1, and bodies stay bodies."""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from tests.app.cli.processes import Process
from tests.app.cli.raw_http import (
    BODY,
    OK,
    POST,
    SIGNED,
    ask,
    bounded_service,
    connect,
    read_to_the_end,
    send_all_or_part,
    status_of,
)

pytestmark = pytest.mark.slow

WISHES = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "websocket": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
    "unknown": b"connection: upgrade\r\nUPGRADE: a/1\r\nupgrade: b/2\r\n",
}
GET = OK[:-2]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with bounded_service(tmp_path_factory.mktemp("service")) as process:
        yield process


def with_length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def in_chunks(body: bytes) -> bytes:
    framed = b"%x\r\n%b\r\n%x\r\n%b\r\n" % (5, body[:5], len(body) - 5, body[5:])
    return b"Transfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\nx-a: b\r\n\r\n"


def statuses(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("framed", [with_length, in_chunks])
def test_body_of_a_request_that_wants_to_upgrade_is_its_body(
    service: Process, wish: bytes, framed: Callable[[bytes], bytes]
) -> None:
    answers = ask(service, SIGNED + wish + framed(BODY) + SIGNED + with_length(BODY) + OK)

    assert statuses(answers) == [200, 200, 200]


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("framed", [with_length, in_chunks])
def test_body_that_looks_like_a_request_is_not_answered(
    service: Process, wish: bytes, framed: Callable[[bytes], bytes]
) -> None:
    head, _, body = (SIGNED + b"Expect: 100-continue\r\n" + wish + framed(OK)).partition(
        b"\r\n\r\n"
    )

    with connect(service) as client:
        client.sendall(head + b"\r\n\r\n")
        to_continue = client.recv(65536)
        client.sendall(body)
        answers = read_to_the_end(client)

    assert status_of(to_continue) == 100
    assert statuses(answers) == [422]


def test_upgrade_without_a_key_or_with_a_body_too_large_is_refused(service: Process) -> None:
    wish = WISHES["h2c"]

    unsigned = ask(service, POST + wish + with_length(BODY) + OK)
    too_large = ask(service, SIGNED + wish + with_length(b"b" * 200_000))

    assert statuses(unsigned)[0] == 401
    assert statuses(too_large) == [413]


def test_many_upgrades_at_once_are_answered_in_order(service: Process) -> None:
    wanting = GET + WISHES["websocket"] + b"\r\n"

    with connect(service) as client:
        for byte in wanting:
            client.sendall(bytes([byte]))
        client.sendall((wanting + OK) * 25)
        answers = read_to_the_end(client)

    assert statuses(answers) == [200] * 51


def test_large_head_that_wants_to_upgrade_is_refused_as_any_other(service: Process) -> None:
    answer = ask(service, GET + WISHES["h2c"] + b"a: b\r\n" * 30 + b"\r\n")

    assert status_of(answer) == 431


@pytest.mark.parametrize(
    ("request_bytes", "status", "said"),
    [
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 501, "proxy"),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 501, "proxy"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 505, "HTTP/1.1"),
        (b"GET /ok HTTP/2.0\r\nHost: localhost\r\n\r\n", 505, "HTTP/1.1"),
        (b"GET /ok HTTP/0.9\r\n\r\n", 505, "HTTP/1.1"),
    ],
    ids=["connect", "connect-with-a-body", "h2-preface", "h2-line", "http-0.9"],
)
def test_other_protocols_are_refused_with_the_reason_and_nothing_more_is_read(
    service: Process, request_bytes: bytes, status: int, said: str
) -> None:
    answers = ask(service, request_bytes + OK)

    assert statuses(answers) == [status]
    assert said in json.loads(answers.partition(b"\r\n\r\n")[2])["detail"]


@pytest.mark.parametrize("rest", [b"\0" * 10, b"\r\n" * 200_000], ids=["garbage", "blank-lines"])
def test_what_follows_a_request_is_never_the_reason_for_its_answer(
    service: Process, rest: bytes
) -> None:
    with connect(service) as client:
        send_all_or_part(client, SIGNED + with_length(BODY), rest)
        answers = read_to_the_end(client)

    assert statuses(answers)[:1] in ([], [200])


@pytest.mark.parametrize("connection", [b"close, Upgrade", b"Upgrade, close"])
@pytest.mark.parametrize("framed", [with_length, in_chunks])
def test_upgrade_of_a_request_that_closes_the_connection_is_answered(
    service: Process, connection: bytes, framed: Callable[[bytes], bytes]
) -> None:
    wish = b"Connection: %b\r\nUpgrade: h2c\r\n" % connection

    assert statuses(ask(service, SIGNED + wish + framed(BODY))) == [200]


def test_upgrade_over_http_1_0_is_answered(service: Process) -> None:
    request = GET.replace(b"HTTP/1.1", b"HTTP/1.0") + WISHES["unknown"] + b"\r\n"

    assert statuses(ask(service, request)) == [200]
