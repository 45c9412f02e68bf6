"""Compresses answers by gzip for clients that accept it; never a stream of events.

Starlette's middleware reads `gzip;q=0` as consent, and gives a compressed answer the strong ETag of
the plain one.
"""

import asyncio
import zlib
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.accepted import quality_of

LEAST_BYTES = 1400
"""A smaller answer fits one packet as it is."""

_MOST_BYTES_ON_THE_LOOP = 64 * 1024
"""A larger answer is compressed in a thread: it takes longer than a millisecond."""

_LEVEL = 4

_KINDS = frozenset(
    {
        *("application/json", "application/problem+json", "application/javascript"),
        *("image/svg+xml", "text/css", "text/html", "text/javascript", "text/plain"),
    }
)


def accepts_gzip(headers: Headers) -> bool:
    """Whether a client accepts gzip by name, or else by `*` (RFC 9110, section 12.5.3)."""
    accepted = ",".join(headers.getlist("accept-encoding")).lower()
    if "gzip" not in accepted and "*" not in accepted:
        return False
    qualities: dict[str, float] = {}
    for part in accepted.split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        qualities[coding] = quality_of(parameters)
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


class Compression:
    """ASGI middleware: compresses a whole body of text, and passes on anything else at once.

    What depends on Accept-Encoding says so in Vary, whatever this client accepts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        compressing = _Compressing(send, accepts_gzip(headers), headers.get("if-none-match", ""))
        await self._app(_with_strong_tags(scope), receive, compressing.send)


class _Compressing:
    """Holds the head of an answer back until its body says how long it is."""

    def __init__(self, send: Send, accepts: bool, known_tags: str) -> None:
        self._send = send
        self._accepts = accepts
        self._known_tags = known_tags
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_compressible(message):
                self._head = message
                return
            if message["status"] == HTTPStatus.NOT_MODIFIED:
                _describe_as_known(message, self._known_tags)
        head, self._head = self._head, None
        if head is not None:
            if _is_whole(message):
                MutableHeaders(raw=head["headers"]).add_vary_header("Accept-Encoding")
                if self._accepts:
                    message = await _compressed(head, message)
            await self._send(head)
        await self._send(message)


def _is_whole(message: Message) -> bool:
    """Whether it is all of a body that is worth compressing."""
    is_last = message["type"] == "http.response.body" and not message.get("more_body")
    return is_last and len(message.get("body", b"")) >= LEAST_BYTES


def _describe_as_known(head: Message, known_tags: str) -> None:
    """Give a 304 the tag and Vary of the answer that the client has (RFC 9110, section 15.4.5)."""
    headers = MutableHeaders(raw=head["headers"])
    tag = headers.get("etag")
    if tag is None:
        return
    headers.add_vary_header("Accept-Encoding")
    if f"W/{tag}" in (known.strip() for known in known_tags.split(",")):
        headers["ETag"] = f"W/{tag}"


async def _compressed(head: Message, message: Message) -> Message:
    """Return the body to send, and say in its head what was done to it."""
    body = message["body"]
    in_thread = len(body) > _MOST_BYTES_ON_THE_LOOP
    packed = await asyncio.to_thread(_gzip, body) if in_thread else _gzip(body)
    headers = MutableHeaders(raw=head["headers"])
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    if (tag := headers.get("etag", "")).startswith('"'):
        headers["ETag"] = f"W/{tag}"
    return {**message, "body": packed}


def _gzip(body: bytes) -> bytes:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


def _is_compressible(head: Message) -> bool:
    headers = Headers(raw=head["headers"])
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in _KINDS and "content-encoding" not in headers and head["status"] != 206


def _with_strong_tags(scope: Scope) -> Scope:
    """Return a request whose If-None-Match has the tags as the routes gave them."""
    if not any(name == b"if-none-match" for name, _ in scope["headers"]):
        return scope
    headers = [
        (name, value.replace(b'W/"', b'"') if name == b"if-none-match" else value)
        for name, value in scope["headers"]
    ]
    return {**scope, "headers": headers}
