"""Answers that a connection gives by itself, before the application sees a request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from httptools import HttpRequestParser

from app.settings import Settings

_SECONDS_UNTIL_RETRY = 5

_VERSIONS = ("1.0", "1.1")

TooLarge = Literal["request line", "header bytes", "header lines", "blank", "pipelined requests"]


@dataclass(frozen=True)
class Refusal:
    """A status and its reason."""

    status: HTTPStatus
    detail: str

    def answer(self, headers: Mapping[str, str]) -> bytes:
        """Return the whole response, a problem body that ends the connection."""
        problem = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        body = json.dumps(problem, separators=(",", ":")).encode()
        retry = {"retry-after": str(_SECONDS_UNTIL_RETRY)} if self.status == 503 else {}
        lines = {
            "content-type": "application/problem+json",
            "content-length": str(len(body)),
            **retry,
            **headers,
            "connection": "close",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\n{head}\r\n".encode() + body


def describe_too_large(what: TooLarge, limits: Settings) -> Refusal:
    details = {
        "request line": f"the address is longer than {limits.max_request_line_bytes} bytes "
        "(FANJOIN_MAX_REQUEST_LINE_BYTES)",
        "header bytes": f"the headers are larger than {limits.max_header_bytes} bytes "
        "(FANJOIN_MAX_HEADER_BYTES)",
        "header lines": f"there are more than {limits.max_header_lines} header lines "
        "(FANJOIN_MAX_HEADER_LINES)",
        "blank": "too many blank lines were sent before a request",
        "pipelined requests": "too many requests were sent before the first was answered",
    }
    return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, details[what])


def refusal_of_head(
    parser: HttpRequestParser, url: bytes, headers: Sequence[tuple[bytes, bytes]], limits: Settings
) -> Refusal | None:
    """Return why a request whose head has come is not served, if it is not."""
    if len(url) > limits.max_request_line_bytes:
        return describe_too_large("request line", limits)
    if sum([len(name) + len(value) for name, value in headers]) > limits.max_header_bytes:
        return describe_too_large("header bytes", limits)
    if parser.get_http_version() not in _VERSIONS:
        return refuse_version()
    return refuse_tunnel() if parser.get_method() == b"CONNECT" else None


def describe_slow(part: Literal["head", "body"], limits: Settings) -> Refusal:
    details = {
        "head": f"the headers took longer than {limits.head_timeout_seconds:g} s "
        "(FANJOIN_HEAD_TIMEOUT_SECONDS)",
        "body": f"the body came in with less than {limits.min_body_bytes_per_second} bytes a "
        f"second for {limits.body_timeout_seconds:g} s (FANJOIN_MIN_BODY_BYTES_PER_SECOND, "
        "FANJOIN_BODY_TIMEOUT_SECONDS)",
    }
    return Refusal(HTTPStatus.REQUEST_TIMEOUT, details[part])


def refuse_connection() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "too many connections are open (FANJOIN_MAX_CONNECTIONS, or the limit of open files)",
    )


def refuse_tunnel() -> Refusal:
    return Refusal(HTTPStatus.NOT_IMPLEMENTED, "this is no proxy: CONNECT is not supported")


def refuse_version() -> Refusal:
    return Refusal(
        HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
        "HTTP/1.1 and HTTP/1.0 are supported; for HTTP/2, put a proxy in front of the service",
    )
