"""A real web server on loopback with one file: it can ignore ranges, refuse, and break off."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    content: bytes
    url: str = ""
    status: int = 200
    takes_ranges: bool = True
    announces_length: bool = True
    cuts: list[int] = field(default_factory=list)
    """After how many bytes each coming answer breaks off; then answers are whole."""
    ranges: list[str | None] = field(default_factory=list)
    """The Range header of every request so far."""


@contextmanager
def serve_file(content: bytes) -> Iterator[FileServer]:
    file = FileServer(content)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(self, file)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        file.url = f"http://127.0.0.1:{server.server_port}/weights.gguf"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield file
        finally:
            server.shutdown()
            thread.join()


def _answer(request: BaseHTTPRequestHandler, file: FileServer) -> None:
    wanted = request.headers.get("Range")
    file.ranges.append(wanted)
    start = 0
    if wanted is not None and file.takes_ranges:
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    body = file.content[start:]
    request.send_response(206 if start and file.status == 200 else file.status)
    if start:
        size = len(file.content)
        request.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
    if file.announces_length:
        request.send_header("Content-Length", str(len(body)))
    request.send_header("Connection", "close")
    request.end_headers()
    request.wfile.write(body[: file.cuts.pop(0)] if file.cuts else body)
    request.close_connection = True
