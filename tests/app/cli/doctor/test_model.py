"""The chat model: a real server that accepts, refuses, is away; and the embedded one's weights."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.cli.doctor.finding import Finding
from app.cli.doctor.model import OPENAI_MODEL, check_model
from app.cli.doctor.reading import Reading
from app.settings import Settings
from graphs.kit.model.models import DEFAULT_OPENAI_MODEL
from tests.app.cli.doctor.serving_process import serving
from tests.conftest import NOBODY
from tests.model_answers import Answer
from tests.model_server import MODEL, ModelServer

pytestmark = pytest.mark.anyio


async def look(**given: Any) -> Finding:
    settings = Settings(_env_file=None, **{"local_model": "off", **given})
    (finding,) = await check_model(Reading(settings, []))
    return finding


class Offering(BaseHTTPRequestHandler):
    """A server that knows no model by the asked name and lists those it knows."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(404, {"error": {"message": "The model does not exist"}})

    def do_GET(self) -> None:
        self._answer(200, {"data": [{"id": f"other-{n}"} for n in range(9)] + [{"id": "tide-2"}]})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


async def test_model_that_answers_is_told_with_its_time(model_server: ModelServer) -> None:
    finding = await look()

    assert finding.status == "ok"
    assert finding.detail.startswith(f"{MODEL} at {model_server.base_url} answered in ")
    assert len(model_server.calls) == 1
    assert model_server.calls[0].body["max_tokens"] <= 64


@pytest.mark.parametrize(
    ("answer", "status", "fix"),
    [
        (Answer(status=401), "error", "set OPENAI_API_KEY to a key of this server"),
        (Answer(status=403), "error", "set OPENAI_API_KEY to a key of this server"),
        (Answer(status=429), "warning", "send fewer requests"),
        (Answer(status=429, text="insufficient_quota"), "error", "raise the quota"),
        (Answer(status=503), "error", "look into the log of the model server"),
        (Answer(fault="malformed"), "error", "no OpenAI-compatible server"),
        (Answer(fault="hang_up"), "error", "start the model server, or correct OPENAI_BASE_URL"),
    ],
)
async def test_refusal_is_told_with_its_mend(
    answer: Answer, status: str, fix: str, model_server: ModelServer
) -> None:
    model_server.answer(answer)

    finding = await look()

    assert finding.status == status
    assert fix in (finding.fix or "")


async def test_unknown_model_is_told_with_those_the_server_offers() -> None:
    with listening(Offering) as url:
        finding = await look(openai_base_url=url, model="tide-1")

    assert finding.status == "error"
    assert "tide-1" in finding.detail
    assert "404: The model does not exist" in finding.detail
    assert finding.fix is not None
    assert "the server offers: tide-2, " in finding.fix
    assert finding.fix.endswith(", …")


@pytest.mark.parametrize(
    "url", [NOBODY, "http://no.such.host.invalid/v1", "localhost:1/v1", "http://[/"]
)
async def test_server_that_cannot_be_asked_is_an_error(url: str) -> None:
    finding = await look(openai_base_url=url, model="any")

    assert finding.status == "error"
    assert "cannot be reached" in finding.detail


@pytest.mark.parametrize("key", ["sk-hush\nhush", "sk-hüsh", " sk-hush"])
async def test_key_that_cannot_be_sent_is_told_and_never_shown(key: str) -> None:
    finding = await look(openai_api_key=key, openai_base_url=NOBODY, model=MODEL)

    assert finding.status == "error"
    assert finding.detail.startswith("OPENAI_API_KEY cannot be sent")
    assert "sk-" not in finding.detail


async def test_server_without_a_model_name_is_an_error() -> None:
    finding = await look(openai_base_url=NOBODY)

    assert finding.status == "error"
    assert "FANJOIN_MODEL" in (finding.fix or "")


def test_openai_is_asked_for_the_model_that_the_graphs_ask() -> None:
    assert OPENAI_MODEL == DEFAULT_OPENAI_MODEL


async def test_no_model_at_all_is_a_warning() -> None:
    assert (await look()).status == "warning"


async def test_weights_that_are_not_here_are_a_warning_and_not_fetched(tmp_path: Path) -> None:
    folder = tmp_path / "models"

    finding = await look(local_model="qwen2.5-coder-0.5b", model_cache_dir=folder)

    assert (finding.status, finding.detail) == (
        "warning",
        "qwen2.5-coder-0.5b is not downloaded yet, 0.5 GiB",
    )
    assert "fanjoin model pull" in (finding.fix or "")
    assert not folder.exists()


async def test_weights_of_the_operator_are_looked_for(tmp_path: Path) -> None:
    weights = tmp_path / "own.gguf"

    missing = await look(local_model=str(weights))
    weights.touch()
    there = await look(local_model=str(weights))

    assert missing.status == "error"
    assert "neither a file nor a known name" in missing.detail
    assert there.status == "ok"
    assert there.detail == "the embedded model own is downloaded, and can run"


async def test_weights_beyond_the_memory_are_an_error(tmp_path: Path) -> None:
    weights = tmp_path / "huge.gguf"
    with weights.open("wb") as file:
        file.truncate(1 << 42)

    finding = await look(local_model=str(weights))

    assert finding.status == "error"
    assert "GiB of memory are needed" in finding.detail


async def test_memory_that_the_service_at_work_uses_is_not_missed(settings: Settings) -> None:
    settings.data_dir.mkdir()
    weights = settings.data_dir / "huge.gguf"
    with weights.open("wb") as file:
        file.truncate(1 << 42)

    with serving(settings):
        finding = await look(local_model=str(weights), data_dir=settings.data_dir)

    assert finding.status == "ok"
