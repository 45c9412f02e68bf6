"""The real model: answers, holds to a schema, refuses strangers, ends with its parent."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from app.local_llm.fetch import provision
from app.local_llm.server import Endpoint, serve_model
from app.settings import Settings
from tests.app.local_llm.test_server import await_end, await_model_server, serving_parent
from tests.patience import SECONDS, wait_until

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="session")
def weights_path() -> Path:
    return provision(Settings(), lambda stage, done, total: None)


def chat(endpoint: Endpoint, **options: Any) -> dict[str, Any]:
    response = httpx2.post(
        f"{endpoint.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {endpoint.api_key}"},
        json={"model": endpoint.model, "max_tokens": 60, **options},
        timeout=120,
    )
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer


def with_model(path: Path, use: Callable[[Endpoint], None]) -> psutil.Process:
    """Serve the model to `use` and give back the child that served."""

    async def serve() -> psutil.Process:
        async with serve_model(path) as endpoint:
            child = await_model_server(os.getpid())
            await asyncio.to_thread(use, endpoint)
        return child

    return asyncio.run(serve())


def test_model_answers_within_limits_and_is_gone_afterwards(weights_path: Path) -> None:
    def use(endpoint: Endpoint) -> None:
        answer = chat(endpoint, messages=[{"role": "user", "content": "Name one ocean."}])
        assert answer["choices"][0]["message"]["content"]
        assert answer["usage"]["completion_tokens"] > 0

        numbers = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        structured = chat(
            endpoint,
            messages=[{"role": "user", "content": "Tell me a story."}],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": numbers, "strict": True},
            },
        )
        content = json.loads(structured["choices"][0]["message"]["content"])
        assert isinstance(content["n"], int)

        root = endpoint.base_url.removesuffix("/v1")
        stranger = httpx2.get(f"{root}/v1/models", headers={"Origin": "http://evil.example"})
        assert stranger.status_code == 401
        assert stranger.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1"
        assert httpx2.get(f"{root}/").status_code == 404

    child = with_model(weights_path, use)

    await_end(child)


def test_child_ends_when_its_parent_is_killed(weights_path: Path) -> None:
    with serving_parent(weights_path, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("http://127.0.0.1:")
        child = await_model_server(parent.pid)

        parent.kill()
        parent.wait()

    await_end(child)


def test_child_ends_with_its_standard_input(weights_path: Path) -> None:
    """Where the system does not tell a child of its parent's death, this does."""
    with subprocess.Popen(
        [sys.executable, "-m", "app.local_llm.child", weights_path, "m", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("key\n")
        child.stdin.flush()
        assert child.stdout.readline().startswith("http://127.0.0.1:")

        child.stdin.close()

        assert child.wait(SECONDS) == 0


def test_death_of_the_server_is_logged(
    weights_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def await_record() -> None:
        wait_until(lambda: bool(caplog.records), "a record in the log")

    async def kill() -> None:
        async with serve_model(weights_path):
            await_model_server(os.getpid()).kill()
            await asyncio.to_thread(await_record)

    asyncio.run(kill())

    assert caplog.messages == ["embedded model server ended"]
