"""The clients in docs/clients.md, as they stand there, against a real service."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.at_work import assert_begins, holding
from tests.app.report import left_graphs
from tests.live_server import LiveServer, serve
from tests.machine import ROOT
from tests.patience import SECONDS
from tests.relay import Relay, relaying

PAGE = (ROOT / "docs" / "clients.md").read_text()
MOST_LINES = 40

DENO = str(Path(sys.executable).with_name("deno"))

CLIENTS = {
    "python": ("python", "client.py", [sys.executable]),
    "deno": ("typescript", "client.ts", [DENO, "run", "-A"]),
    "node": ("typescript", "client.mjs", ["node"]),
}
"""By what runs it, each that reconnects: its language, its file and the command."""

OLDEST_NODE = 20


def block_of(language: str) -> str:
    code = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert code is not None
    return code[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    registry = tmp_path / "langgraph.json"
    graphs = {"stateful": f"{left_graphs.__file__}:stateful"}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    settings = Settings(
        _env_file=None, graphs_file=registry, data_dir=tmp_path / "data", local_model="off"
    )
    with serve(create_app(settings)) as server:
        yield server


@pytest.fixture
def relay(server: LiveServer) -> Iterator[Relay]:
    with relaying(int(server.url.rpartition(":")[2])) as relay:
        yield relay


def plain_javascript(code: str, folder: Path) -> str:
    """Strip the types, which Node 20 cannot read."""
    (folder / "typed.ts").write_text(code)
    command = [DENO, "transpile", "--no-config", "typed.ts", "-o", "plain.js"]
    env = os.environ | {"DENO_DIR": str(folder), "NO_COLOR": "1"}
    subprocess.run(command, cwd=folder, env=env, check=True)
    return (folder / "plain.js").read_text()


def require_node() -> None:
    """Skip the test where there is no node that it is for."""
    if shutil.which("node") is None:
        pytest.skip(f"node is not installed: install Node {OLDEST_NODE} or newer")
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.strip().lstrip("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node is {version.strip()}: install Node {OLDEST_NODE} or newer")


def adapted(code: str, url: str, name: str) -> str:
    """Let a client call this service's graph, which a test can hold."""
    for before, after in {
        "http://127.0.0.1:8000": url,
        "topic_brief": "stateful",
        "topic": "name",
        "tidal power": name,
    }.items():
        assert before in code
        code = code.replace(before, after)
    return code


def stored_events(server: LiveServer) -> list[tuple[str, Any]]:
    """Return what the service has of its only run."""
    (run,) = httpx2.post(f"{server.url}/runs/search", json={}).json()
    text = httpx2.get(f"{server.url}/runs/{run['run_id']}/stream", timeout=SECONDS).text
    return events_of(text)


def events_of(text: str) -> list[tuple[str, Any]]:
    pairs = re.findall(r"^event: (\w+)\ndata: (.*)$", text, re.MULTILINE)
    return [(event, json.loads(data)) for event, data in pairs]


@pytest.mark.parametrize("language", ["bash", "python", "typescript"])
def test_client_has_at_most_forty_lines(language: str) -> None:
    assert len(block_of(language).splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "runner",
    [
        "python",
        pytest.param("deno", marks=pytest.mark.browser),
        pytest.param("node", marks=pytest.mark.browser),
    ],
)
def test_client_that_is_cut_off_in_mid_run_sees_every_event_once(
    runner: str, tmp_path: Path, server: LiveServer, relay: Relay
) -> None:
    language, file, command = CLIENTS[runner]
    code = adapted(block_of(language), relay.url, runner)
    if runner == "node":
        require_node()
        code = plain_javascript(code, tmp_path)
    (tmp_path / file).write_text(code)
    with (
        holding(f"{runner}:later") as let_go,
        subprocess.Popen(
            [*command, tmp_path / file],
            env=os.environ | {"DENO_DIR": str(tmp_path), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as client,
    ):
        assert client.stdout is not None
        seen = [client.stdout.readline()]
        assert_begins(f"{runner}:later")
        relay.cut()
        let_go()
        seen += client.stdout.readlines()

    assert client.wait(SECONDS) == 0
    events = [line.split(" ", 1) for line in seen]
    assert [(name, json.loads(data)) for name, data in events] == stored_events(server)
    assert events[-1][0] == "end"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_waits_for_an_answer_and_follows_a_run(tmp_path: Path, server: LiveServer) -> None:
    script = adapted(block_of("bash"), server.url, "curl")

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    answer, _, followed = done.stdout.partition("event: ")
    assert json.loads(answer)["status"] == "success"
    assert events_of(f"event: {followed}")[-1][0] == "end"
