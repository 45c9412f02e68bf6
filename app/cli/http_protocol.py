"""HTTP/1.1 with bounds on what a client may send, and how long it may take, before it has a key.

uvicorn has none of them. `fanjoin serve` uses this class by itself; other servers of the
application do with `uvicorn --http app.cli.http_protocol:BoundedHttp`.
"""

import asyncio
import logging
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, cast
from weakref import WeakSet

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.api.origins import cors_headers
from app.cli.gentle_closer import GentleCloser
from app.cli.http_parser import RequestParser
from app.cli.http_refusal import (
    Refusal,
    describe_slow,
    describe_too_large,
    refusal_of_head,
    refuse_connection,
    refuse_version,
)
from app.cli.open_files import most_connections
from app.cli.quiet_logger import QuietLogger
from app.service import Service

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_CHECKS = 1.0

_FRAMING_PER_BODY_BYTE = 8
"""A body may come in chunks of one byte, each with five of framing."""

_SPARE_BYTES = 1024
"""For what stands around the request line, the header lines and the last chunk."""

_MOST_PIPELINED = 100

_MOST_LINGERING = 32
"""Connections over the limit that are closed gently; the limit of open files has room for them."""

_LINGER_BYTES, _LINGER_SECONDS = 256 * 1024, 2.0
"""What is still read after a refusal: a reset would take the answer away from the client."""

_full: WeakSet[ServerState] = WeakSet()
"""Servers that have logged that they are full."""


class _Part(Enum):
    """What a client is sending."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()
    OWED = auto()
    """Nothing valid any more; the valid requests before it are answered first."""

    IGNORED = auto()


class BoundedHttp(HttpToolsProtocol):
    """One connection; its bounds are the settings of the service in the lifespan's state."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.parser = RequestParser(self)
        service: Service = app_state["service"]
        self._limits = service.settings
        self.timeout_keep_alive = cast("int", self._limits.keep_alive_seconds)
        self.ws_protocol_class = None
        self.logger = cast("logging.Logger", QuietLogger(self.logger, {}))
        self._most_loose_bytes = (
            self._limits.max_request_line_bytes + self._limits.max_header_bytes + _SPARE_BYTES
        )
        self._part = _Part.NOTHING
        self._age = 0.0
        """The number of checks in this part: at most one more than its seconds, and fewer while
        the event loop was blocked, which is not the client's fault."""
        self._read_bytes = 0
        """What the last read brought."""
        self._loose_bytes = 0
        """What came in with this request, or before one, and is no byte of a body."""
        self._body_bytes = 0
        """Of the body, since the age was zero."""
        self._stays_open = True
        self._unread_bytes = 0
        self._unread_age = 0.0
        self._refusal: Refusal | None = None
        self._cycle_before: RequestResponseCycle | None = None
        """Of the request before the last one whose head came."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        is_over = len(self.connections) - most_connections(self._limits.max_connections)
        super().connection_made(transport)
        self._closer = cast("asyncio.Transport", GentleCloser(transport, self.close_gently))
        self._check_later()
        if is_over < 0:
            if is_over < -len(self.connections) and self.server_state in _full:
                _full.discard(self.server_state)
            return
        if self.server_state not in _full:
            _full.add(self.server_state)
            logger.warning(
                "too many connections: more get 503 (FANJOIN_MAX_CONNECTIONS, limit of open files)",
                extra={"connections": len(self.connections) - 1},
            )
        if is_over < _MOST_LINGERING:
            self._refusal = refuse_connection()  # once its request says whose page may read it
        else:
            transport.write(refuse_connection().answer(self._headers_for_pages()))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self._part is _Part.OWED:
            self.flow.pause_reading()
            return
        if self._part is _Part.IGNORED:
            self._ignore(len(data))
            return
        self._read_bytes = len(data)
        self._loose_bytes += len(data)
        super().data_received(data)
        if self._part is _Part.HEAD and len(self.url) > self._limits.max_request_line_bytes:
            self._refuse(describe_too_large("request line", self._limits))
        elif self._loose_bytes > self._most_loose_bytes:
            is_head = self._part is not _Part.NOTHING
            self._refuse(describe_too_large("header bytes" if is_head else "blank", self._limits))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._loose_bytes = min(self._loose_bytes, self._read_bytes)
        self._enter(_Part.HEAD)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._part is _Part.BODY:
            return  # uvicorn would add a trailer to the headers: an x-api-key, say
        if len(self.headers) >= self._limits.max_header_lines:
            self._stop_parsing(describe_too_large("header lines", self._limits))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        refusal = self._refusal
        refusal = refusal or refusal_of_head(self.parser, self.url, self.headers, self._limits)
        if refusal is None and len(self.pipeline) >= _MOST_PIPELINED:
            refusal = describe_too_large("pipelined requests", self._limits)
        if refusal is not None:
            self._stop_parsing(refusal)
        if self.parser.should_upgrade():
            return
        self._cycle_before = self.cycle
        super().on_headers_complete()
        # An answer before the body has ended ends the connection, and says so.
        self._stays_open = self.cycle.keep_alive
        self.cycle.keep_alive = False
        self.cycle.transport = self._closer
        self._enter(_Part.BODY)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._loose_bytes -= len(body) * (_FRAMING_PER_BODY_BYTE + 1)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self.cycle.transport = self.transport
        if not self.cycle.response_started:
            self.cycle.keep_alive = self._stays_open
        self._enter(_Part.NOTHING)
        self._loose_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self._part is _Part.IGNORED:
            self.server_state.total_requests += 1
            return
        self._age = 0.0
        is_last = not self.pipeline
        super().on_response_complete()
        if self._part is _Part.OWED and is_last and self._refusal is not None:
            self._refuse(self._refusal)

    def shutdown(self) -> None:
        self._stays_open = False
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        is_http2 = self._part is _Part.HEAD and self.parser.get_method() == b"PRI"
        known = refuse_version() if is_http2 else Refusal(HTTPStatus.BAD_REQUEST, msg)
        self._refuse(self._refusal or known)

    def close_gently(self) -> None:
        """End the answer; ignore what still comes in, and close soon."""
        self._enter(_Part.IGNORED)
        self._loose_bytes = 0
        if self.transport.is_closing():
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.flow.resume_reading()
        else:
            self.transport.close()

    def _enter(self, part: _Part) -> None:
        self._part = part
        self._age = 0.0
        self._body_bytes = 0

    def _stop_parsing(self, refusal: Refusal) -> None:
        """Leave the parser, which then answers with `send_400_response`."""
        self._refusal = refusal
        raise ValueError(refusal.detail)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer once the valid requests before it are answered, and close."""
        if self.transport.is_closing() or self._part is _Part.IGNORED:
            return
        if self.pipeline and self._part is _Part.BODY:
            self.pipeline.popleft()  # its own body is what is refused
            self.cycle = cast("RequestResponseCycle", self._cycle_before)
            self._part = _Part.HEAD
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if self._part is not _Part.BODY:
                self._refusal = refusal
                self._enter(_Part.OWED)
                self.flow.pause_reading()
                return
            if cycle.response_started:
                self.transport.abort()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.write(refusal.answer(self._headers_for_pages()))
        self.close_gently()

    def _headers_for_pages(self) -> dict[str, str]:
        origins = [value for name, value in self.headers or () if name == b"origin"]
        origin = origins[0].decode("latin-1") if origins else None
        return cors_headers(self._limits.cors_origins, origin)

    def _ignore(self, size: int) -> None:
        self._loose_bytes += size
        if self._loose_bytes > _LINGER_BYTES:
            self.transport.abort()

    def _check_later(self) -> None:
        self._timer = self.loop.call_later(_SECONDS_BETWEEN_CHECKS, self._check)

    def _check(self) -> None:
        """Close what takes too long; once a second for each connection."""
        self._check_later()
        self._check_reading()
        if not self.flow.read_paused:
            self._age += _SECONDS_BETWEEN_CHECKS
            if self._refusal is not None and self._age > _LINGER_SECONDS:
                self._refuse(self._refusal)
            self._check_sending()

    def _check_reading(self) -> None:
        """Close a connection whose client does not read its answer."""
        unread = self.transport.get_write_buffer_size()
        is_stuck = 0 < self._unread_bytes <= unread
        self._unread_age = self._unread_age + _SECONDS_BETWEEN_CHECKS if is_stuck else 0.0
        self._unread_bytes = unread
        if self._unread_age > self._limits.unread_answer_seconds:
            self.transport.abort()

    def _check_sending(self) -> None:
        """Close a connection whose client does not send, or too slowly."""
        if self._part is _Part.HEAD:
            if self._age > self._limits.head_timeout_seconds:
                self._refuse(describe_slow("head", self._limits))
        elif self._part is _Part.BODY:
            if self._age > self._limits.body_timeout_seconds:
                least = self._limits.body_timeout_seconds * self._limits.min_body_bytes_per_second
                if self._body_bytes < least:
                    self._refuse(describe_slow("body", self._limits))
                else:
                    self._enter(_Part.BODY)
        elif self._part is _Part.IGNORED:
            if self._age > _LINGER_SECONDS:
                self.transport.abort()
        elif self._age > self._most_idle_seconds():
            self.transport.close()

    def _most_idle_seconds(self) -> float:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None:
            return self._limits.head_timeout_seconds
        return self._limits.keep_alive_seconds if cycle.response_complete else float("inf")
