"""The graphs under `langgraph dev`, asked as Studio asks; nothing in `app` has a part in it."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from app.main import create_app
from app.settings import Settings
from tests.conftest import ROOT
from tests.model_answers import NEVER, Answer
from tests.model_server import ModelServer
from tests.source_server import SourceServer
from tests.studio.dev_server import DevServer

pytestmark = [pytest.mark.studio, pytest.mark.anyio]


ADDED = "word_facts"
GRAPH_IDS = [*json.loads((ROOT / "langgraph.json").read_text())["graphs"], ADDED, "many"]


@pytest.fixture
async def studio(dev_server: DevServer) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=dev_server.url) as client:
        yield client


@pytest.fixture
def service(
    project: Path, model_server: ModelServer, source_server: SourceServer, tmp_path: Path
) -> Iterator[TestClient]:
    """Our own service over the same folder, the same model and the same sources."""
    graphs_file = project / "langgraph.json"
    settings = Settings(_env_file=None, graphs_file=graphs_file, data_dir=tmp_path)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


async def run(studio: LangGraphClient, graph_id: str, *inputs: dict[str, Any]) -> Any:
    """Run a graph as Studio does, each input on the same thread; return the last output."""
    thread = await studio.threads.create()
    for values in inputs:
        output = await studio.runs.wait(thread["thread_id"], graph_id, input=values)
    return output


def outermost(node_id: str | int) -> str:
    """A node inside a sub-graph goes by `branch:node`."""
    return str(node_id).partition(":")[0]


async def test_lists_the_graphs_as_the_service_does(
    studio: LangGraphClient, service: TestClient
) -> None:
    mine = {graph["graph_id"]: graph["description"] for graph in service.get("/graphs").json()}

    theirs = await studio.assistants.search(limit=100)

    assert {one["graph_id"]: one["description"] for one in theirs} == mine
    assert mine.keys() == set(GRAPH_IDS)


@pytest.mark.parametrize("graph_id", GRAPH_IDS)
async def test_offers_the_service_s_input_with_its_examples(
    graph_id: str, studio: LangGraphClient, service: TestClient
) -> None:
    mine = service.get(f"/graphs/{graph_id}").json()["input_schema"]

    (assistant,) = await studio.assistants.search(graph_id=graph_id)
    theirs = (await studio.assistants.get_schemas(assistant["assistant_id"]))["input_schema"]

    assert theirs is not None
    assert theirs["properties"] == mine["properties"]
    assert theirs["required"] == mine["required"]


@pytest.mark.parametrize("graph_id", GRAPH_IDS)
async def test_draws_every_branch_and_the_join(
    graph_id: str, studio: LangGraphClient, service: TestClient
) -> None:
    graph = service.get(f"/graphs/{graph_id}").json()
    branches = {branch["name"]: branch["fan_out"] for branch in graph["branches"]}

    (assistant,) = await studio.assistants.search(graph_id=graph_id)
    drawn = await studio.assistants.get_graph(assistant["assistant_id"], xray=True)

    assert {outermost(node["id"]) for node in drawn["nodes"]} >= {*branches, *graph["joins"]}
    ways = {(outermost(edge["source"]), outermost(edge["target"])) for edge in drawn["edges"]}
    assert ways >= set(branches.items())
    assert {target for _, target in ways} >= branches.keys()


@pytest.mark.parametrize("graph_id", GRAPH_IDS)
async def test_answers_the_example_as_the_service_does(
    graph_id: str, studio: LangGraphClient, service: TestClient, model_server: ModelServer
) -> None:
    for slow in ("short numbered steps", "as an expert"):  # so that one runner wins every race
        model_server.answer(Answer(delay=NEVER), prompt=slow, may_be_unused=True)
    example = service.get(f"/graphs/{graph_id}").json()["example"]
    mine = service.post(f"/graphs/{graph_id}/invoke", json={"input": example}).json()

    theirs = await run(studio, graph_id, example)

    if mine["status"] == "interrupted":
        questions = [question["value"] for question in theirs["__interrupt__"]]
        assert questions == [question["value"] for question in mine["interrupts"]]
    else:
        assert mine["status"] == "success"
        assert theirs == mine["output"]


async def test_a_second_run_of_a_thread_shows_nothing_of_a_branch_that_now_failed(
    studio: LangGraphClient,
) -> None:
    both = await run(studio, ADDED, {"text": "7 brave tailors"})
    one = await run(studio, ADDED, {"text": "7 brave tailors"}, {"text": "brave tailors"})

    assert both == {"answer": "longest tailors, number 7"}
    assert one == {"answer": "longest tailors"}


async def test_runs_without_a_warning(
    studio: LangGraphClient, service: TestClient, dev_server: DevServer
) -> None:
    for graph in service.get("/graphs").json():
        await run(studio, graph["graph_id"], graph["example"], graph["example"])

    assert dev_server.complaints() == []
