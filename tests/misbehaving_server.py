"""A real server on loopback that misbehaves as the request's model names it, for ever if need be.

It speaks raw HTTP/1.1, so that what is sent is what is written here, and sends until the client has
gone. A model of another name gets a good answer.
"""

import asyncio
import gzip
import json
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

PIECE = b"x" * 65_536
TRICKLE_SECONDS = 0.2


@dataclass
class MisbehavingServer:
    """Point a client at `base_url`, and name a misbehaviour as its model."""

    base_url: str = ""
    requests: list[str] = field(default_factory=list)
    """The model that each request named."""

    def counted(self, model: str) -> int:
        return self.requests.count(model)

    def url(self, model: str) -> str:
        """Return an address at which any request misbehaves so."""
        return f"{self.base_url.removesuffix('/v1')}/{model}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close the connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            request = await _read_request(reader)
            self.requests.append(request["model"])
            if request["model"] == "silent":
                await reader.read()
            async for piece in _answer_to(request):
                writer.write(piece)
                await writer.drain()
        writer.close()


async def _read_request(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Return the body, whose model is the first part of the path where that is a misbehaviour."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    named = head.split(" ", 2)[1].split("/")[1]
    lengths = [line for line in head.lower().splitlines() if line.startswith("content-length:")]
    length = int(lengths[0].split(":")[1]) if lengths else 0
    request = json.loads(await reader.readexactly(length)) if length else {}
    is_known = named in {*ENDLESS, *TRICKLES, *WHOLE, "silent"}
    return {**request, "model": named if is_known else request.get("model", "")}


async def _answer_to(request: dict[str, Any]) -> AsyncIterator[bytes]:
    name = request["model"]
    if name in ENDLESS:
        head, piece = ENDLESS[name]
        yield head
        while True:
            yield piece
    elif name in TRICKLES:
        head, piece = TRICKLES[name]
        yield head
        while True:
            await asyncio.sleep(TRICKLE_SECONDS)
            yield piece
    elif name in WHOLE:
        yield WHOLE[name]
    elif name.startswith("as-told:"):  # a body to send as JSON
        yield _whole(name.removeprefix("as-told:").encode())
    elif request.get("stream"):
        yield STREAM_HEAD + _event({"content": "A good answer."}) + _event({}, "stop") + DONE
    else:
        yield _whole(_good())


def _head(kind: str = "application/json", status: str = "200 OK", *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *more)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def _whole(
    body: bytes, kind: str = "application/json", status: str = "200 OK", *more: str
) -> bytes:
    return _head(kind, status, f"Content-Length: {len(body)}", *more) + body


def _good(**changes: Any) -> bytes:
    message = {"role": "assistant", "content": "A good answer."}
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    }
    return json.dumps({**body, **changes}).encode()


def _with_message(**changes: Any) -> bytes:
    message = {"role": "assistant", "content": "A good answer.", **changes}
    return _whole(_good(choices=[{"index": 0, "message": message, "finish_reason": "stop"}]))


def _event(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return b"data: " + json.dumps({**chunk, "choices": [choice], **more}).encode() + b"\n\n"


def _usage(prompt: Any, completion: Any) -> bytes:
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    return _whole(_good(usage={**counts, "total_tokens": prompt}))


def _bomb(layers: int) -> bytes:
    """Return a gigabyte of spaces as JSON, compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    megabyte = b" " * 1_000_000
    packed = b"".join([packer.compress(b"["), *(packer.compress(megabyte) for _ in range(1000))])
    packed += packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


STREAM_HEAD = _head("text/event-stream")
DONE = b"data: [DONE]\n\n"

ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "endless-json": (_head() + b'{"choices": [{"message": {"content": "', PIECE),
    "endless-spaces": (_head(), b" " * 65_536),
    "endless-lists": (_head() + b"[", b"[]," * 20_000),
    "endless-error": (_head("application/json", "500 Sorry") + b'{"error": "', PIECE),
    "endless-refusal": (_head("application/json", "400 No") + b'{"error": "', PIECE),
    "endless-redirect": (
        _head("text/plain", "307 There", "Location: /endless-redirect/again"),
        PIECE,
    ),
    "endless-line": (STREAM_HEAD + b"data: ", PIECE),
    "endless-events": (STREAM_HEAD, _event({"content": "a"}) * 100),
    "endless-short-events": (
        STREAM_HEAD,
        b'data:{"choices":[{"delta":{"content":"a"}}]}\n\n' * 900,
    ),
    "endless-comments": (STREAM_HEAD, b":\n" * 30_000),
    "endless-empty-lines": (STREAM_HEAD, b"\n" * 60_000),
    "endless-data-lines": (STREAM_HEAD, b"data:\n" * 10_000),
    "endless-small-chunks": (
        _head("text/event-stream", "200 OK", "Transfer-Encoding: chunked"),
        b"1\r\n \r\n" * 9000,
    ),
    "endless-chunk-extension": (
        _head("application/json", "200 OK", "Transfer-Encoding: chunked") + b"1;",
        PIECE,
    ),
    "endless-header": (b"HTTP/1.1 200 OK\r\nX: ", PIECE),
    "endless-headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 9000),
    "endless-status": (b"HTTP/1.1 200 ", PIECE),
    "endless-1xx": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500),
}
"""A beginning, and what follows it for ever, as fast as it is read."""

TRICKLES: dict[str, tuple[bytes, bytes]] = {
    "trickling-json": (_head(), b" "),
    "trickling-events": (STREAM_HEAD, _event({"content": "a"})),
    "trickling-comments": (STREAM_HEAD, b": alive\n\n"),
    "trickling-head": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "trickling-1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "trickling-error": (_head("application/json", "500 Sorry"), b" "),
}
"""The same, one piece at a time."""

WHOLE: dict[str, bytes] = {
    "gzip-bomb": _whole(_bomb(1), "application/json", "200 OK", "Content-Encoding: gzip"),
    "gzip-bomb-twice": _whole(
        _bomb(2), "application/json", "200 OK", "Content-Encoding: gzip, gzip"
    ),
    "gzip-bomb-of-events": _whole(
        _bomb(1), "text/event-stream", "200 OK", "Content-Encoding: gzip"
    ),
    "no-gzip": _whole(_good(), "application/json", "200 OK", "Content-Encoding: gzip"),
    "no-choices": _whole(_good(choices=[])),
    "null-choices": _whole(_good(choices=None)),
    "choices-object": _whole(_good(choices={})),
    "choices-text": _whole(_good(choices="no")),
    "choices-of-null": _whole(_good(choices=[None])),
    "no-message": _whole(_good(choices=[{"index": 0, "finish_reason": "stop"}])),
    "null-message": _whole(_good(choices=[{"index": 0, "message": None}])),
    "message-list": _whole(_good(choices=[{"index": 0, "message": []}])),
    "no-role": _whole(_good(choices=[{"index": 0, "message": {"content": "hello"}}])),
    "null-content": _with_message(content=None),
    "number-content": _with_message(content=7),
    "list-content": _with_message(content=[1, {"a": None}, []]),
    "object-content": _with_message(content={"a": 1}),
    "tool-calls-text": _with_message(content=None, tool_calls="call me"),
    "tool-calls-number": _with_message(content=None, tool_calls=[7, None, {"function": 3}]),
    "tool-arguments": _with_message(
        content=None,
        tool_calls=[{"id": 1, "type": "function", "function": {"name": 2, "arguments": "{"}}],
    ),
    "finish-reason-list": _whole(
        _good(
            choices=[
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "hello"},
                    "finish_reason": ["stop"],
                }
            ]
        )
    ),
    "large-lists": _whole(b'{"choices": [' + b"[]," * 1_300_000 + b"[]]}"),
    "deep-error": _whole(b"[" * 20_000, "application/json", "400 No"),
    "error-list": _whole(b'{"error": [1]}', "application/json", "400 No"),
    "null-error": _whole(b'{"error": null}', "application/json", "503 No"),
    "html-error": _whole(b"<html>Bad gateway</html>", "text/html", "502 Bad Gateway"),
    "long-model-name": _whole(_good(model="m" * 100_000)),
    "number-model-name": _whole(_good(model=7)),
    "error-200": _whole(b'{"error": {"message": "out of memory"}}'),
    "a-list": _whole(b"[1, 2, 3]"),
    "a-number": _whole(b"7"),
    "null": _whole(b"null"),
    "a-string": _whole(b'"hello"'),
    "wrong-json": _whole(b'{"choices": [{'),
    "nan-json": _whole(b'{"choices": NaN}'),
    "html": _whole(b"<html><body>Welcome</body></html>", "text/html"),
    "html-as-json": _whole(b"<html><body>Welcome</body></html>"),
    "json-as-text": _whole(_good(), "text/plain"),
    "no-content-type": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "empty": _whole(b""),
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "truncated": _head("application/json", "200 OK", "Content-Length: 100") + b'{"choices"',
    "truncated-chunk": (
        _head("application/json", "200 OK", "Transfer-Encoding: chunked") + b"ff\r\n{"
    ),
    "bad-chunk": _head("application/json", "200 OK", "Transfer-Encoding: chunked") + b"zz\r\n{\r\n",
    "no-http": b"220 mail.example.org ESMTP\r\n",
    "hang-up": b"",
    "deep": _whole(b'{"choices": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    "deep-objects": _whole(b'{"a": ' * 20_000 + b"1" + b"}" * 20_000),
    "invalid-utf8": _whole(b'{"choices": "\xff\xfe\xfa"}'),
    "surrogates": _with_message(content="\ud800 half"),
    "nul": _with_message(content="nul \0 here"),
    "huge-number": _whole(b'{"choices": ' + b"9" * 100_000 + b"}"),
    "two-lengths": _head("application/json", "200 OK", "Content-Length: 2", "Content-Length: 3")
    + b"{}",
    "two-types": _whole(_good(), "application/json", "200 OK", "Content-Type: text/html"),
    "many-headers": _whole(_good(), "application/json", "200 OK", *(["X-Y: z"] * 2000)),
    "redirect-loop": _whole(b"", "text/plain", "307 There", "Location: /redirect-loop/again"),
    "redirect-nowhere": _whole(b"", "text/plain", "302 There", "Location: http://[::1"),
    "retry-after-negative": _whole(b"{}", "application/json", "429 Slow", "Retry-After: -1"),
    "retry-after-nan": _whole(b"{}", "application/json", "429 Slow", "Retry-After: NaN"),
    "retry-after-huge": _whole(b"{}", "application/json", "429 Slow", "Retry-After: 1e300"),
    "retry-after-9999": _whole(
        b"{}", "application/json", "429 Slow", "Retry-After: Wed, 21 Oct 9999 07:28:00 GMT"
    ),
    "always-500": _whole(b'{"error": {"message": "sorry"}}', "application/json", "500 Sorry"),
    "status-999": _whole(b"{}", "application/json", "999 What"),
    "usage-negative": _usage(-5, -7),
    "usage-text": _usage("three", "4"),
    "usage-huge": _usage(1e300, 10**30),
    "usage-list": _whole(_good(usage=[1, 2])),
    "usage-null-counts": _usage(None, None),
    "usage-number": _whole(_good(usage=7)),
    "stream-without-done": STREAM_HEAD + _event({"content": "Half"}),
    "stream-of-nothing": STREAM_HEAD,
    "stream-of-done": STREAM_HEAD + DONE,
    "stream-broken-json": STREAM_HEAD + b'data: {"choices": [{\n\n' + DONE,
    "stream-of-null": STREAM_HEAD + b"data: null\n\n" + DONE,
    "stream-of-number": STREAM_HEAD + b"data: 7\n\n" + DONE,
    "stream-no-choices": STREAM_HEAD + b'data: {"choices": []}\n\n' + DONE,
    "stream-null-choices": STREAM_HEAD + b'data: {"choices": null}\n\n' + DONE,
    "stream-null-delta": STREAM_HEAD + b'data: {"choices": [{"delta": null}]}\n\n' + DONE,
    "stream-no-delta": STREAM_HEAD + b'data: {"choices": [{}]}\n\n' + DONE,
    "stream-number-content": STREAM_HEAD + _event({"content": 7}) + _event({}, "stop") + DONE,
    "stream-list-content": STREAM_HEAD + _event({"content": [1, None]}) + _event({}, "stop") + DONE,
    "stream-tool-calls": STREAM_HEAD + _event({"tool_calls": [7]}) + _event({}, "stop") + DONE,
    "stream-invalid-utf8": STREAM_HEAD + b"data: \xff\xfe\n\n" + DONE,
    "stream-deep": STREAM_HEAD + b"data: " + b"[" * 20_000 + b"\n\n" + DONE,
    "stream-error": STREAM_HEAD + b'data: {"error": {"message": "sorry"}}\n\n',
    "stream-usage-text": STREAM_HEAD
    + _event({"content": "A good answer."})
    + _event(
        {}, "stop", usage={"prompt_tokens": "x", "completion_tokens": -4, "total_tokens": None}
    )
    + DONE,
}
"""What is sent, from the first byte to the last."""


@pytest.fixture(scope="session")
def running_misbehaving_server() -> Iterator[MisbehavingServer]:
    with serve_misbehaviour() as server:
        yield server


@pytest.fixture
def misbehaving_server(
    running_misbehaving_server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> MisbehavingServer:
    """Point the process at the server; a model's name says how it misbehaves."""
    running_misbehaving_server.requests.clear()
    monkeypatch.setenv("OPENAI_BASE_URL", running_misbehaving_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    monkeypatch.setenv("FANJOIN_MODEL", "well-behaved")
    return running_misbehaving_server


@contextmanager
def serve_misbehaviour() -> Iterator[MisbehavingServer]:
    """Serve until the block ends, in a thread of its own."""
    server = MisbehavingServer()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        listening = runner.run(asyncio.start_server(server.serve, "127.0.0.1", 0, backlog=512))
        server.base_url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(listening.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
