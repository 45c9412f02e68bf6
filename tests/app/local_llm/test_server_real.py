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
from tests.app.local_llm.test_supervision import await_problem, await_restart
from tests.app.service_at_hand import opened
from tests.patience import SECONDS

pytestmark = pytest.mark.real_model

NOTHING: dict[str, Any] = {"input": {}}


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
        async with serve_model(path) as server:
            child = await_model_server(os.getpid())
            await asyncio.to_thread(use, server.endpoint)
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
        [sys.executable, "-m", "app.local_llm.child", weights_path, "m", "1", "0"],
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


async def ask_for_all(client: httpx2.AsyncClient) -> list[httpx2.Response]:
    """Ask for a run in each way, and whether the service is ready."""
    ways = ("invoke", "stream", "runs")
    runs = [client.post(f"/graphs/tally/{way}", json=NOTHING) for way in ways]
    return await asyncio.gather(*runs, client.get("/health/ready"))


def test_killed_server_is_started_again_at_the_same_address(weights_path: Path) -> None:
    async def kill() -> None:
        async with serve_model(weights_path) as server:
            child = await_model_server(os.getpid())
            with httpx2.Client(base_url=server.endpoint.base_url) as client:
                client.get("/models")  # a connection that is open when the server dies
                child.kill()
                await await_problem(server)
                await await_restart(server)
            answer = await asyncio.to_thread(
                chat, server.endpoint, messages=[{"role": "user", "content": "Name one ocean."}]
            )
        assert answer["choices"][0]["message"]["content"]

    asyncio.run(kill())


def test_no_run_is_taken_while_the_model_is_down(weights_path: Path, settings: Settings) -> None:
    async def kill() -> None:
        offered = settings.model_copy(update={"local_model": str(weights_path)})
        async with opened(offered) as (client, _):
            assert (await client.get("/health/ready")).is_success
            await_model_server(os.getpid()).kill()
            answers = await ask_for_all(client)
            while any(answer.is_success for answer in answers):  # its end is noticed in a moment
                answers = await ask_for_all(client)
            while not (await client.get("/health/ready")).is_success:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            accepted = await client.post("/graphs/tally/invoke", json=NOTHING)

        assert {answer.status_code for answer in answers} == {503}
        assert all(answer.headers["Retry-After"] for answer in answers)
        assert {answer.json()["type"] for answer in answers} == {"urn:fanjoin:model-unavailable"}
        assert "is being started again" in answers[-1].json()["detail"]
        assert accepted.is_success

    asyncio.run(kill())


def test_busy_server_answers_whether_it_is_well(weights_path: Path) -> None:
    async def ask() -> None:
        async with serve_model(weights_path) as server:
            message = {"role": "user", "content": "Tell me a long story."}
            calls = [
                asyncio.create_task(asyncio.to_thread(chat, server.endpoint, messages=[message]))
                for _ in range(20)
            ]
            while not any(call.done() for call in calls):
                await server.check()
                await asyncio.sleep(0.1)
            await asyncio.gather(*calls)

    asyncio.run(ask())
