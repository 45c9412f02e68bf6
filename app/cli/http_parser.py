"""Reads the requests of a connection; a request that wants to upgrade is read as any other.

A server that upgrades to nothing ignores the wish (RFC 9110, section 7.8). llhttp would skip the
body of such a request, and read its bytes as the next one.
"""

from typing import Protocol, cast

import httptools
from typing_extensions import Buffer


class Reader(Protocol):
    """What takes the parts of requests, and holds the head of the last one."""

    parser: httptools.HttpRequestParser
    url: bytes
    headers: list[tuple[bytes, bytes]]


class RequestParser(httptools.HttpRequestParser):
    """While `should_upgrade` is true, a reader ignores a head: it is read again without the wish.

    A reader refuses CONNECT, which is an upgrade by itself.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._reader = reader
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's

    def feed_data(self, data: Buffer) -> None:
        try:
            super().feed_data(cast("bytes", data))
        except httptools.HttpParserUpgrade as upgrade:
            head, rest = self._head_without_upgrade(), bytes(data)[upgrade.args[0] :]
            # A new one: llhttp reads nothing after a request that closes the connection.
            self._reader.parser = RequestParser(self._reader)
            self._reader.parser.feed_data(head + rest)

    def _head_without_upgrade(self) -> bytes:
        version = self.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.get_method(), self._reader.url, version)]
        lines += [b"%b: %b" % header for header in self._reader.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])
