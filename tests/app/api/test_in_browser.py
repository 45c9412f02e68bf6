"""Pages of other origins in a real browser: one is declared, one is not."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.main import create_app
from app.settings import Settings
from tests.browser.chromium import Chromium, find_chromium
from tests.live_server import PATIENCE_SECONDS, serve

CHROMIUM = find_chromium()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: `make test-browser` gets one"),
]

KEY = "k" * 24

PAGE = """<!doctype html><title>calls</title><script>
const calls = {
  open: ["/ok"],
  refused: ["/graphs"],
  read: ["/graphs/line", {headers: {"x-api-key": KEY}}],
  run: ["/graphs/line/invoke", {
    method: "POST",
    headers: {"x-api-key": KEY, "content-type": "application/json", "idempotency-key": "once"},
    body: JSON.stringify({input: {number: 2}}),
  }],
  stream: ["/graphs/line/stream", {
    method: "POST",
    headers: {authorization: "Bearer " + KEY, "content-type": "application/json"},
    body: JSON.stringify({input: {number: 2}}),
  }],
  form: ["/graphs/line/invoke", {method: "POST", body: "no JSON"}],
};
async function call([path, options]) {
  try {
    const answer = await fetch(SERVICE + path, options);
    return [answer.status, (await answer.text()).length > 0, answer.headers.get("retry-after")];
  } catch (error) {
    return error.name;
  }
}
(async () => {
  const said = {};
  for (const [name, one] of Object.entries(calls)) said[name] = await call(one);
  await fetch("/said", {method: "POST", body: JSON.stringify(said)});
})();
</script>"""


class Site(ThreadingHTTPServer):
    """Serves one page from an origin of its own, and hears what the page says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.origin = f"http://localhost:{self.server_port}"
        self.page = b""
        self.said: Future[dict[str, Any]] = Future()


class _Visit(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self._answer(self.server.page)

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["content-length"]))
        self._answer(b"")
        self.server.said.set_result(json.loads(said))

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Leave the test's output alone."""


@contextmanager
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def seen_from_another_origin(
    profile: Path, settings: Settings, *, key: str, is_declared: bool
) -> dict[str, Any]:
    """What a page of another origin gets of the service."""
    assert CHROMIUM is not None
    with site() as other:
        given = {
            **settings.model_dump(),
            "api_keys": key or (),
            "cors_origins": other.origin if is_declared else "https://other.example",
        }
        with serve(create_app(Settings(_env_file=None, **given))) as service:
            named = f"const SERVICE = {json.dumps(service.url)}, KEY = {json.dumps(KEY)};"
            other.page = PAGE.replace("<script>", f"<script>{named}").encode()
            with Chromium(CHROMIUM, profile).browsing(other.origin):
                return other.said.result(PATIENCE_SECONDS)


def test_declared_origin_may_use_the_api_and_read_every_answer(
    tmp_path: Path, settings: Settings
) -> None:
    said = seen_from_another_origin(tmp_path, settings, key=KEY, is_declared=True)

    statuses = {name: answer[0] for name, answer in said.items()}
    assert statuses == {
        "open": 200,
        "refused": 401,
        "read": 200,
        "run": 200,
        "stream": 200,
        "form": 401,
    }
    assert all(answer[1] for answer in said.values())


@pytest.mark.parametrize("key", [KEY, ""], ids=["with keys", "without keys"])
def test_other_origin_reads_nothing(tmp_path: Path, settings: Settings, key: str) -> None:
    said = seen_from_another_origin(tmp_path, settings, key=key, is_declared=False)

    assert set(said.values()) == {"TypeError"}
