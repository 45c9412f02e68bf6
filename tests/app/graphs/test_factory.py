"""Factories of every form that LangGraph's own server takes, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from app.graphs.factory import Factory
from app.graphs.graph_errors import FactoryFailed
from app.graphs.occasion import Occasion, Parameters
from app.settings import Settings
from tests.app.graphs.graph_files import problems_of, write_graphs
from tests.app.graphs.odd import factories
from tests.app.graphs.odd.factories import happened, waiting
from tests.app.graphs.odd.served import served

pytestmark = pytest.mark.anyio

CONFIG = {"mine": 1, "has_thread": True}

RUNTIME = {"access": "threads.create_run", "context": {"model": "large"}, "store": True}

MADE_WITH: dict[str, Any] = {
    "nothing": {"of": "nothing"},
    "uncompiled": {"of": "nothing"},
    "nothing_async": {"of": "nothing"},
    "config": {"config": CONFIG},
    "any_name": {"config": CONFIG},
    "config_async": {"config": CONFIG},
    "config_with_default": {"config": CONFIG},
    "config_and_options": {"config": CONFIG, "verbose": False, "options": {}},
    "runtime": {"runtime": RUNTIME},
    "runtime_async": {"runtime": RUNTIME},
    "runtime_of_nodes": {"context": {"model": "large"}},
    "both": {"config": CONFIG, "runtime": RUNTIME},
    "both_turned": {"config": CONFIG, "runtime": RUNTIME},
    "keyword_only": {"config": CONFIG, "runtime": RUNTIME},
    "positional_only": {"config": CONFIG},
    "annotated": {"config": CONFIG},
    "partly": {"name": "partial", "config": CONFIG},
    "called": {"config": CONFIG},
    "method": {"runtime": RUNTIME},
    "held": {"config": CONFIG},
    "held_sync": {"of": "nothing"},
    "returns_held": {"config": CONFIG},
}

BROKEN = (
    "swallows",
    "cannot_close",
    "raises_in_a_run",
    "makes_nothing_in_a_run",
    "cannot_open_in_a_run",
)

BODY: dict[str, Any] = {
    "input": {"topic": "tides"},
    "config": {"configurable": {"mine": 1}},
    "context": {"model": "large"},
}


HELD = ("held", "held_sync", "returns_held")


@pytest.fixture
async def client(settings: Settings, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    names = (*HELD, *BROKEN, "both", "nothing")
    async with served(settings, tmp_path, "factories", names) as client:
        happened.clear()
        yield client


async def test_each_form_of_factory_gets_what_it_asks_for(
    settings: Settings, tmp_path: Path
) -> None:
    async with served(settings, tmp_path, "factories", list(MADE_WITH)) as client:
        answers = {
            name: await client.post(f"/graphs/{name}/invoke", json=BODY) for name in MADE_WITH
        }

    outputs = {name: answer.json()["output"]["made_with"] for name, answer in answers.items()}
    assert outputs == MADE_WITH


async def test_every_way_to_run_opens_a_context_manager_around_the_run(
    client: httpx2.AsyncClient,
) -> None:
    seen = {}
    for name in HELD:
        for way, body in ways(BODY):
            happened.clear()
            answer = await client.post(f"/graphs/{name}/{way}", json=body)
            if way == "runs":
                await client.get(f"/runs/{answer.json()['run_id']}/stream")
            seen[name, way] = (answer.is_success, list(happened))

    assert set(map(str, seen.values())) == {"(True, ['opened', 'ran', 'closed'])"}
    assert len(seen) == 12


def ways(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    many = {**body, "inputs": [body["input"]]}
    del many["input"]
    return [("invoke", body), ("stream", body), ("batch", many), ("runs", body)]


@pytest.mark.parametrize("name", ["held", "held_sync"])
async def test_context_manager_is_closed_after_a_run_that_fails(
    name: str, client: httpx2.AsyncClient
) -> None:
    failed = await client.post(f"/graphs/{name}/invoke", json={"input": {"topic": "fail"}})

    assert failed.status_code == 502
    assert failed.json()["branch"] == "say"
    assert failed.json()["error_type"] == "ValueError"
    assert happened == ["opened", "closed"]


async def test_context_manager_is_closed_after_a_run_that_is_cancelled(
    client: httpx2.AsyncClient,
) -> None:
    created = await client.post("/graphs/held/runs", json={"input": {"topic": "wait"}})
    run = f"/runs/{created.json()['run_id']}"
    await waiting.wait()

    await client.post(f"{run}/cancel?wait=true")
    await client.get(f"{run}/stream")

    assert (await client.get(run)).json()["status"] == "cancelled"
    assert happened == ["opened", "closed"]


async def test_factory_that_fails_in_a_run_is_502_by_its_name(client: httpx2.AsyncClient) -> None:
    answers = {
        name: await client.post(f"/graphs/{name}/invoke", json={"input": {}}) for name in BROKEN[1:]
    }

    path = "tests.app.graphs.odd.factories"
    said = {name: answer.json()["detail"] for name, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {502}
    assert (
        f"the factory {path}:raises_in_a_run failed: LookupError: no bricks"
        in (said["raises_in_a_run"])
    )
    assert (
        f"{path}:makes_nothing_in_a_run is no graph but NoneType"
        in (said["makes_nothing_in_a_run"])
    )
    assert f"{path}:cannot_open_in_a_run failed: SystemExit" in said["cannot_open_in_a_run"]
    assert (
        f"closing what the factory {path}:cannot_close opened failed: OSError: the door"
        in (said["cannot_close"])
    )


async def test_context_manager_cannot_swallow_what_the_graph_raises(
    client: httpx2.AsyncClient,
) -> None:
    failed = await client.post("/graphs/swallows/invoke", json={"input": {"topic": "fail"}})

    assert failed.status_code == 502
    assert failed.json()["branch"] == "say"
    assert "swallowed" in happened


async def test_graph_of_a_run_has_a_thread_and_the_services_store(
    client: httpx2.AsyncClient,
) -> None:
    body = {**BODY, "thread_id": "of-a-factory"}

    for _ in range(2):
        await client.post("/graphs/both/invoke", json=body)

    state = (await client.get("/threads/of-a-factory/state")).json()
    history = (await client.post("/threads/of-a-factory/history", json={})).json()
    assert state["values"]["made_with"] == MADE_WITH["both"]
    assert state["next"] == []
    assert len(history) == 6


FILE = """
from contextlib import asynccontextmanager

def requires(config, database): ...
def reads(config): return config["configurable"]["model"]
async def yields(): yield 1
@asynccontextmanager
async def hold(): yield 1
opened = hold()
class Graph: ...
"""


async def test_factory_that_fails_at_start_is_a_problem_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text(FILE)
    names = ("requires", "reads", "yields", "hold", "opened", "Graph")

    problems = await problems_of(write_graphs(tmp_path, {n: f"./made.py:{n}" for n in names}))

    said = dict(zip(names, problems, strict=True))
    assert not any("\n" in problem for problem in problems)
    assert "requires database, which is not passed" in said["requires"]
    assert "the factory ./made.py:reads failed: KeyError: 'model'" in said["reads"]
    assert "at start no run has set it" in said["reads"]
    assert "decorate it with @contextlib.asynccontextmanager" in said["yields"]
    assert "./made.py:hold is no graph but int" in said["hold"]
    assert "can be opened once" in said["opened"]
    assert "is no graph but type" in said["Graph"]


async def test_graph_of_a_factory_that_takes_nothing_is_made_once(
    client: httpx2.AsyncClient,
) -> None:
    made = factories.made_of_nothing

    await client.post("/graphs/nothing/invoke", json=BODY)

    assert factories.made_of_nothing == made


@pytest.mark.parametrize("name", ["blocks", "blocks_held"])
async def test_factory_that_blocks_lets_the_others_go_on(
    name: str, settings: Settings, tmp_path: Path
) -> None:
    factories.blocking.clear()
    factories.may_go_on.clear()
    async with served(settings, tmp_path, "factories", [name]) as client:
        run = asyncio.create_task(client.post(f"/graphs/{name}/invoke", json=BODY))
        await asyncio.to_thread(factories.blocking.wait)
        others = await client.get("/ok")
        factories.may_go_on.set()
        answer = await run

    assert others.status_code == 200
    assert answer.json()["output"]["made_with"] == {"waited": True}


async def test_factory_that_needs_the_event_loop_gets_it(
    settings: Settings, tmp_path: Path
) -> None:
    async with served(settings, tmp_path, "factories", ["needs_loop"]) as client:
        answer = await client.post("/graphs/needs_loop/invoke", json=BODY)

    assert answer.json()["output"]["made_with"] == {"is_running": True}


async def test_context_manager_that_never_opens_ends_the_start_by_its_name() -> None:
    factory = Factory("a.py:hold", "hold", factories.never_opens, Parameters(), start_seconds=0)

    with pytest.raises(FactoryFailed, match=r"the factory a\.py:hold made no graph within 0 s"):
        await factory.describe()


async def test_context_manager_that_never_closes_ends_its_run_by_its_name() -> None:
    factory = Factory("a.py:hold", "hold", factories.never_closes, Parameters(), close_seconds=0)

    with pytest.raises(FactoryFailed, match=r"what the factory a\.py:hold opened did not close"):
        async with factory.open(Occasion(is_run=True)):
            happened.append("ran")


async def test_runtime_has_the_owner_of_the_run(settings: Settings, tmp_path: Path) -> None:
    key = "k" * 24
    signed = settings.model_copy(update={"api_keys": (SecretStr(key),)})
    async with served(signed, tmp_path, "factories", ["of_user"]) as client:
        headers = {"x-api-key": key}
        answer = await client.post("/graphs/of_user/invoke", json=BODY, headers=headers)

    assert answer.json()["output"]["made_with"] == {"user": [True, True]}


async def test_runtime_has_no_user_where_nobody_signs_in(
    settings: Settings, tmp_path: Path
) -> None:
    async with served(settings, tmp_path, "factories", ["of_user"]) as client:
        answer = await client.post("/graphs/of_user/invoke", json=BODY)

    assert "No authenticated user" in answer.json()["detail"]


async def test_factory_that_requires_a_user_at_start_is_a_problem_with_its_remedy(
    tmp_path: Path,
) -> None:
    path = f"{factories.__name__}:of_any_user"

    [problem] = await problems_of(write_graphs(tmp_path, {"of_any_user": path}))

    assert "at start no user is signed in" in problem
