"""Answers that a connection gives by itself, before the application sees a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from app.settings import Settings

_SECONDS_UNTIL_RETRY = 5

TooLarge = Literal["request line", "header bytes", "header lines", "pipelined requests"]


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
        "pipelined requests": "too many requests were sent before the first was answered",
    }
    return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, details[what])


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
