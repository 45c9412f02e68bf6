"""What clients without a key may do to a connection: a real service, and raw sockets."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import Process, fanjoin
from tests.app.cli.raw_http import (
    BODY,
    KEY,
    MANY,
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
from tests.patience import SECONDS, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with bounded_service(tmp_path_factory.mktemp("service")) as process:
        yield process


@pytest.mark.parametrize(
    ("request_bytes", "setting"),
    [
        (b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\n\r\n", "MAX_REQUEST_LINE_BYTES"),
        (b"GET /" + b"a" * 2000, "MAX_REQUEST_LINE_BYTES"),
        (OK[:-2] + b"a: " + b"b" * 5000 + b"\r\n\r\n", "MAX_HEADER_BYTES"),
        (OK[:-2] + b"a: " + b"b" * 8000, "MAX_HEADER_BYTES"),
        (OK[:-2] + b"b" * 8000, "MAX_HEADER_BYTES"),
        (OK[:-2] + b"a: b\r\n" * 30 + b"\r\n", "MAX_HEADER_LINES"),
        (OK[:-2] + b"a: b\r\n" * 30, "MAX_HEADER_LINES"),
    ],
    ids=["line", "half-line", "value", "half-value", "half-name", "lines", "half-lines"],
)
def test_heads_that_are_too_large_get_431(
    service: Process, request_bytes: bytes, setting: str
) -> None:
    answer = ask(service, request_bytes)

    assert status_of(answer) == 431
    assert f"FANJOIN_{setting}" in json.loads(answer.partition(b"\r\n\r\n")[2])["detail"]


def test_request_within_every_limit_is_answered(service: Process) -> None:
    path = b"/ok?" + b"a" * 990
    head = b"GET " + path + b" HTTP/1.1\r\n" + b"a: " + b"b" * 3900 + b"\r\n"

    answer = ask(service, head + b"a: b\r\n" * 17 + b"Connection: close\r\n\r\n")

    assert status_of(answer) == 200


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"\r\n" * 32768),
        (OK, b"\r\n" * 32768),
        (OK[:-2], b"a: b\r\n" * 1000),
        (OK[:-2] + b"a: ", b"b" * 65536),
        (b"GET /", b"a" * 65536),
        (SIGNED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 1000),
        (SIGNED + b"Transfer-Encoding: chunked\r\n\r\n0\r\na: ", b"b" * 65536),
        (SIGNED + b"Transfer-Encoding: chunked\r\n\r\n1;", b"b" * 65536),
        (SIGNED + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"b" * 9000 + b"\r\n \r\n"),
        (SIGNED + b"Content-Length: 999999999\r\n\r\n", b"b" * 65536),
        (POST + b"Content-Length: 999999999\r\n\r\n", b"b" * 65536),
        (b"POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n", b"b" * 65536),
    ],
    ids=[
        *(
            "blank-lines",
            "blank-lines-after-a-request",
            "lines",
            "value",
            "address",
            "trailers",
            "trailer",
            "extension",
            "extensions",
        ),
        *("body-too-large", "body-without-a-key", "body-nobody-reads"),
    ],
)
def test_service_hangs_up_on_who_never_ends(service: Process, start: bytes, piece: bytes) -> None:
    with connect(service) as client:
        sent = send_all_or_part(client, start, piece)

    assert sent < MANY


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (SIGNED + b"Content-Length: 200000\r\n\r\n" + b"b" * 200_000, 413),
        (POST + b"Content-Length: 200000\r\n\r\n" + b"b" * 200_000, 401),
    ],
)
def test_refusal_before_the_body_arrives_and_ends_the_connection(
    service: Process, request_bytes: bytes, status: int
) -> None:
    with connect(service) as client:
        client.sendall(request_bytes)
        answer = read_to_the_end(client)

    assert status_of(answer) == status
    assert b"connection: close\r\n" in answer


RUN = SIGNED + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (RUN + b"junk\r\n\r\n", [200, 400]),
        (RUN + OK + b"\0" * 100, [200, 200, 400]),
        (RUN + b"\r\n" * 200_000, [200, 431]),
        (RUN + OK[:-2] + b"a: b\r\n" * 30 + b"\r\n", [200, 431]),
        (RUN + OK + SIGNED + b"Transfer-Encoding: chunked\r\n\r\nz\r\n", [200, 200, 400]),
        (RUN + SIGNED + b"Transfer-Encoding: chunked\r\n\r\nz\r\n", [200, 400]),
        (RUN + OK * 150, [200] + [200] * 100 + [431]),
    ],
    ids=[
        *("junk", "junk-after-two", "blank-lines", "lines", "body-after-two", "body"),
        "150-requests",
    ],
)
def test_valid_requests_are_answered_before_what_follows_them_is_refused(
    service: Process, sent: bytes, statuses: list[int]
) -> None:
    answer = ask(service, sent)

    assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", answer)] == statuses


def test_trailers_are_no_headers(service: Process) -> None:
    chunk = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
    trailer = f"x-api-key: {KEY}\r\n\r\n".encode()

    unsigned = ask(service, POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + trailer)
    signed = ask(service, SIGNED + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + trailer)

    assert status_of(unsigned) == 401
    assert status_of(signed) == 200


def test_body_in_chunks_of_one_byte_is_read(service: Process) -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY + b" " * 20_000)

    answer = ask(service, SIGNED + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")

    assert status_of(answer) == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"", None),
        (b"\r\n\r\n", None),
        (b"GET /ok", 408),
        (OK[:-2], 408),
        (SIGNED + b"Content-Length: 100\r\n\r\n", 408),
        (SIGNED + b"Content-Length: 100\r\n\r\n" + BODY, 408),
        (SIGNED + b"Transfer-Encoding: chunked\r\n\r\n0\r\na: b", 408),
        (OK, 200),
        (OK + b"\r\n", 200),
    ],
    ids=[
        *("silent", "blank-lines", "half-line", "half-head", "no-body", "half-body"),
        *("half-trailer", "idle", "idle-with-a-blank-line"),
    ],
)
def test_client_that_sends_nothing_more_is_closed(
    service: Process, request_bytes: bytes, status: int | None
) -> None:
    answer = ask(service, request_bytes)

    assert (status_of(answer) if answer else None) == status


def test_client_that_never_reads_is_cut(service: Process) -> None:
    with connect(service, receive_buffer=4096) as client:
        client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 90)

        wait_until(lambda: is_cut(client), "the service to hang up")


def is_cut(client: socket.socket) -> bool:
    try:
        client.sendall(b"\r\n")
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


def test_what_clients_do_wrong_does_not_fill_the_log(tmp_path: Path) -> None:
    with bounded_service(tmp_path) as service:
        for request in (OK[:-2] + b"no header\r\n\r\n", OK[:-2] + b"a: b\r\n" * 30, b"\0" * 100):
            ask(service, request)
        service.stop(signal.SIGTERM)  # then its output is complete

    served = service.output.partition(f"Page: {service.url()}/")[2]
    lines = [line for line in served.splitlines() if line and not line.startswith("Stopping")]
    assert lines == []


def test_connection_is_used_again_after_a_body_that_came_by_itself(tmp_path: Path) -> None:
    write_registry(tmp_path, topic_brief=write_graph(tmp_path))
    headers = {"content-type": "application/json"}

    with fanjoin("serve", folder=tmp_path) as process:
        client = HTTPConnection(process.url().removeprefix("http://"), timeout=SECONDS)
        with closing(client):
            sockets = []
            for _ in range(3):
                pieces = iter([BODY[:10], BODY[10:]])
                client.request("POST", "/graphs/topic_brief/invoke", pieces, headers)
                sockets.append(client.sock)
                response = client.getresponse()
                assert response.status == 200
                response.read()

    assert len(set(sockets)) == 1


def test_uvicorns_command_line_takes_the_same_bounds(tmp_path: Path) -> None:
    write_registry(tmp_path, topic_brief=write_graph(tmp_path))
    (tmp_path / ".env").write_text("FANJOIN_MAX_HEADER_LINES=20\n")
    protocol = "app.cli.http_protocol:BoundedHttp"
    words = ["--factory", "app.main:create_app", "--http", protocol, "--port", "0"]
    with fanjoin(*words, folder=tmp_path, module="uvicorn") as process:
        match = re.search(r"running on http://([\d.]+):(\d+)", process.wait_for("(Press CTRL+C"))
        assert match is not None
        with socket.create_connection((match[1], int(match[2])), SECONDS) as client:
            client.sendall(OK[:-2] + b"a: b\r\n" * 30)
            answer = read_to_the_end(client)

    assert status_of(answer) == 431
