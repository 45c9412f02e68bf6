"""What no model server should send, by the name of each misbehaviour."""

import gzip
import json
import zlib
from typing import Any

PIECE = b"x" * 65_536


def _head(kind: str = "application/json", status: str = "200 OK", *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *more)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def whole(body: bytes, kind: str = "application/json", status: str = "200 OK", *more: str) -> bytes:
    return _head(kind, status, f"Content-Length: {len(body)}", *more) + body


def good(**changes: Any) -> bytes:
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
    return whole(good(choices=[{"index": 0, "message": message, "finish_reason": "stop"}]))


def event(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return b"data: " + json.dumps({**chunk, "choices": [choice], **more}).encode() + b"\n\n"


def _usage(prompt: Any, completion: Any) -> bytes:
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    return whole(good(usage={**counts, "total_tokens": prompt}))


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
    "endless-events": (STREAM_HEAD, event({"content": "a"}) * 100),
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
    "endless-100": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "endless-trailers": (
        _head("application/json", "200 OK", "Transfer-Encoding: chunked") + b"0\r\n",
        b"X: y\r\n" * 9000,
    ),
}
"""A beginning, and what follows it for ever, as fast as it is read."""

TRICKLES: dict[str, tuple[bytes, bytes]] = {
    "trickling-json": (_head(), b" "),
    "trickling-events": (STREAM_HEAD, event({"content": "a"})),
    "trickling-comments": (STREAM_HEAD, b": alive\n\n"),
    "trickling-head": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "trickling-1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "trickling-error": (_head("application/json", "500 Sorry"), b" "),
}
"""The same, one piece at a time."""

WHOLE: dict[str, bytes] = {
    "gzip-bomb": whole(_bomb(1), "application/json", "200 OK", "Content-Encoding: gzip"),
    "gzip-bomb-twice": whole(
        _bomb(2), "application/json", "200 OK", "Content-Encoding: gzip, gzip"
    ),
    "gzip-bomb-of-events": whole(_bomb(1), "text/event-stream", "200 OK", "Content-Encoding: gzip"),
    "no-gzip": whole(good(), "application/json", "200 OK", "Content-Encoding: gzip"),
    "no-choices": whole(good(choices=[])),
    "null-choices": whole(good(choices=None)),
    "choices-object": whole(good(choices={})),
    "choices-text": whole(good(choices="no")),
    "choices-of-null": whole(good(choices=[None])),
    "no-message": whole(good(choices=[{"index": 0, "finish_reason": "stop"}])),
    "null-message": whole(good(choices=[{"index": 0, "message": None}])),
    "message-list": whole(good(choices=[{"index": 0, "message": []}])),
    "no-role": whole(good(choices=[{"index": 0, "message": {"content": "hello"}}])),
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
    "finish-reason-list": whole(
        good(
            choices=[
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "hello"},
                    "finish_reason": ["stop"],
                }
            ]
        )
    ),
    "large-lists": whole(b'{"choices": [' + b"[]," * 1_300_000 + b"[]]}"),
    "deep-error": whole(b"[" * 20_000, "application/json", "400 No"),
    "error-list": whole(b'{"error": [1]}', "application/json", "400 No"),
    "null-error": whole(b'{"error": null}', "application/json", "503 No"),
    "html-error": whole(b"<html>Bad gateway</html>", "text/html", "502 Bad Gateway"),
    "long-model-name": whole(good(model="m" * 100_000)),
    "number-model-name": whole(good(model=7)),
    "error-200": whole(b'{"error": {"message": "out of memory"}}'),
    "a-list": whole(b"[1, 2, 3]"),
    "a-number": whole(b"7"),
    "null": whole(b"null"),
    "a-string": whole(b'"hello"'),
    "wrong-json": whole(b'{"choices": [{'),
    "nan-json": whole(b'{"choices": NaN}'),
    "html": whole(b"<html><body>Welcome</body></html>", "text/html"),
    "html-as-json": whole(b"<html><body>Welcome</body></html>"),
    "json-as-text": whole(good(), "text/plain"),
    "no-content-type": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "empty": whole(b""),
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "truncated": _head("application/json", "200 OK", "Content-Length: 100") + b'{"choices"',
    "truncated-chunk": (
        _head("application/json", "200 OK", "Transfer-Encoding: chunked") + b"ff\r\n{"
    ),
    "bad-chunk": _head("application/json", "200 OK", "Transfer-Encoding: chunked") + b"zz\r\n{\r\n",
    "no-http": b"220 mail.example.org ESMTP\r\n",
    "hang-up": b"",
    "deep": whole(b'{"choices": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    "deep-objects": whole(b'{"a": ' * 20_000 + b"1" + b"}" * 20_000),
    "invalid-utf8": whole(b'{"choices": "\xff\xfe\xfa"}'),
    "surrogates": _with_message(content="\ud800 half"),
    "nul": _with_message(content="nul \0 here"),
    "huge-number": whole(b'{"choices": ' + b"9" * 100_000 + b"}"),
    "two-lengths": _head("application/json", "200 OK", "Content-Length: 2", "Content-Length: 3")
    + b"{}",
    "two-types": whole(good(), "application/json", "200 OK", "Content-Type: text/html"),
    "many-headers": whole(good(), "application/json", "200 OK", *(["X-Y: z"] * 2000)),
    "redirect-loop": whole(b"", "text/plain", "307 There", "Location: /redirect-loop/again"),
    "redirect-nowhere": whole(b"", "text/plain", "302 There", "Location: http://[::1"),
    "retry-after-negative": whole(b"{}", "application/json", "429 Slow", "Retry-After: -1"),
    "retry-after-nan": whole(b"{}", "application/json", "429 Slow", "Retry-After: NaN"),
    "retry-after-huge": whole(b"{}", "application/json", "429 Slow", "Retry-After: 1e300"),
    "retry-after-9999": whole(
        b"{}", "application/json", "429 Slow", "Retry-After: Wed, 21 Oct 9999 07:28:00 GMT"
    ),
    "always-500": whole(b'{"error": {"message": "sorry"}}', "application/json", "500 Sorry"),
    "status-999": whole(b"{}", "application/json", "999 What"),
    "usage-negative": _usage(-5, -7),
    "usage-text": _usage("three", "4"),
    "usage-huge": _usage(1e300, 10**30),
    "usage-list": whole(good(usage=[1, 2])),
    "usage-null-counts": _usage(None, None),
    "usage-number": whole(good(usage=7)),
    "stream-without-done": STREAM_HEAD + event({"content": "Half"}),
    "stream-of-nothing": STREAM_HEAD,
    "stream-of-done": STREAM_HEAD + DONE,
    "stream-broken-json": STREAM_HEAD + b'data: {"choices": [{\n\n' + DONE,
    "stream-of-null": STREAM_HEAD + b"data: null\n\n" + DONE,
    "stream-of-number": STREAM_HEAD + b"data: 7\n\n" + DONE,
    "stream-no-choices": STREAM_HEAD + b'data: {"choices": []}\n\n' + DONE,
    "stream-null-choices": STREAM_HEAD + b'data: {"choices": null}\n\n' + DONE,
    "stream-null-delta": STREAM_HEAD + b'data: {"choices": [{"delta": null}]}\n\n' + DONE,
    "stream-no-delta": STREAM_HEAD + b'data: {"choices": [{}]}\n\n' + DONE,
    "stream-number-content": STREAM_HEAD + event({"content": 7}) + event({}, "stop") + DONE,
    "stream-list-content": STREAM_HEAD + event({"content": [1, None]}) + event({}, "stop") + DONE,
    "stream-tool-calls": STREAM_HEAD + event({"tool_calls": [7]}) + event({}, "stop") + DONE,
    "stream-invalid-utf8": STREAM_HEAD + b"data: \xff\xfe\n\n" + DONE,
    "stream-deep": STREAM_HEAD + b"data: " + b"[" * 20_000 + b"\n\n" + DONE,
    "stream-error": STREAM_HEAD + b'data: {"error": {"message": "sorry"}}\n\n',
    "stream-usage-text": STREAM_HEAD
    + event({"content": "A good answer."})
    + event({}, "stop", usage={"prompt_tokens": "x", "completion_tokens": -4, "total_tokens": None})
    + DONE,
}
"""What is sent, from the first byte to the last."""
