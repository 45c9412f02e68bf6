"""Graphs that change while they are served: what is served next, and what goes on."""

import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.cli.commands.serve import Served
from app.cli.reloading import reload
from app.main import create_app
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run
from app.service import open_service
from app.settings import Settings
from tests.app.service_at_hand import activated, client_of, ended

pytestmark = pytest.mark.anyio

GRAPH = """
import asyncio
import os
from dataclasses import dataclass
from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from graphs.kit import Branch
{imports}

class Input(BaseModel):
    text: str

class State(BaseModel):
    text: str
    said: Any = None

@dataclass
class Word:
    text: str

async def node(state: State) -> dict[str, Any]:
    while state.text == "wait" and not os.path.exists("{released}"):
        await asyncio.sleep(0.01)
    return {{"said": Word({word}) if state.text == "object" else {word}}}

builder = StateGraph(State, input_schema=Input)
builder.add_node(node)
builder.add_edge(START, "node")
builder.add_edge("node", END)
graph = builder.compile()
"""


@dataclass
class Folder:
    """A project whose graphs say a word of their own."""

    path: Path
    client: httpx2.AsyncClient
    served: Served

    def write(self, name: str, word: str, imports: str = "") -> None:
        write(self.path, name, word, imports)

    def declare(self, *names: str, **more: Any) -> None:
        declare(self.path, *names, **more)

    async def reload(self) -> None:
        await reload(self.served, [self.path / "any.py"])

    async def ask(self, graph_id: str, text: str = "hello") -> Any:
        """Return what a graph says, or the status of its refusal."""
        answer = await self.client.post(
            f"/graphs/{graph_id}/invoke", json={"input": {"text": text}}
        )
        return answer.json()["output"]["said"] if answer.is_success else answer.status_code


def write(folder: Path, name: str, word: str, imports: str = "") -> None:
    text = GRAPH.format(imports=imports, word=word, released=folder / "released")
    (folder / name).write_text(text)


def declare(folder: Path, *names: str, **more: Any) -> None:
    graphs = {Path(name).stem: f"./{name}:graph" for name in names}
    (folder / "langgraph.json").write_text(json.dumps({"graphs": graphs, **more}))


@pytest.fixture
async def folder(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> AsyncIterator[Folder]:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # as `fanjoin dev` does
    (tmp_path / "words_of_reloading.py").write_text("WORD = 'before'\n")
    write(tmp_path, "reloaded_one.py", "WORD", "from words_of_reloading import WORD")
    write(tmp_path, "reloaded_two.py", "'two'")
    declare(tmp_path, "reloaded_one.py", "reloaded_two.py")
    settings = settings.model_copy(
        update={"graphs_file": tmp_path / "langgraph.json", "on_bad_graph": "exclude"}
    )
    async with open_service(settings) as service:
        app = create_app(settings, service)
        async with client_of(app) as client:
            yield Folder(tmp_path, client, Served("http://here", app, service))


async def test_module_that_a_graph_imports_is_served_as_it_is_now(folder: Folder) -> None:
    before = await folder.ask("reloaded_one")
    (folder.path / "words_of_reloading.py").write_text("WORD = 'after_'\n")

    await folder.reload()

    assert (before, await folder.ask("reloaded_one")) == ("before", "after_")


async def test_routes_and_openapi_are_those_of_the_changed_graph(folder: Folder) -> None:
    path = folder.path / "reloaded_two.py"
    path.write_text(path.read_text().replace("text: str\n", "text: str\n    size: int\n"))
    await folder.client.get("/openapi.json")

    await folder.reload()

    described = (await folder.client.get("/openapi.json")).json()
    assert await folder.ask("reloaded_two") == 422
    assert "size" in described["components"]["schemas"]["ReloadedTwoInput"]["properties"]
    assert len(folder.served.app.routes) == len(set(map(id, folder.served.app.routes)))
    assert sum("reloaded_two/invoke" in path for path in described["paths"]) == 1


async def test_error_is_said_and_refuses_that_graph_alone_until_it_is_fixed(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write("reloaded_two.py", "'two'", "from words_of_reloading import WODR")

    await folder.reload()

    said = capsys.readouterr()
    assert (await folder.ask("reloaded_one"), await folder.ask("reloaded_two")) == ("before", 503)
    assert "graph 'reloaded_two'" in said.err
    assert "did you mean 'WORD'" in said.err
    assert "serving 1 graph, 1 excluded (503)" in said.out

    folder.write("reloaded_two.py", "'fixed'")
    await folder.reload()

    assert await folder.ask("reloaded_two") == "fixed"


async def test_graph_is_served_again_when_none_was_left(folder: Folder) -> None:
    folder.write("reloaded_one.py", "'one'", "import")
    folder.write("reloaded_two.py", "'two'", "import")
    await folder.reload()
    refused = [await folder.ask("reloaded_one"), await folder.ask("reloaded_two")]

    folder.write("reloaded_one.py", "'one'")
    await folder.reload()

    assert refused == [503, 503]
    assert await folder.ask("reloaded_one") == "one"


@pytest.mark.parametrize("imports", ["", "import"], ids=["changed", "broken"])
async def test_run_in_progress_finishes_on_the_graph_it_began_with(
    folder: Folder, imports: str
) -> None:
    created = await folder.client.post(
        "/graphs/reloaded_two/runs", json={"input": {"text": "wait"}}
    )
    await activated(folder.served.service, created.json()["run_id"])
    folder.write("reloaded_two.py", "'newer'", imports)

    await folder.reload()
    (folder.path / "released").touch()
    run = await ended(folder.served.service, created.json()["run_id"])

    assert run.output == {"text": "wait", "said": "two"}
    assert await folder.ask("reloaded_two") == (503 if imports else "newer")


async def test_queued_run_of_a_broken_graph_begins_once_the_graph_is_repaired(
    folder: Folder,
) -> None:
    folder.write("reloaded_two.py", "'two'", "import")
    await folder.reload()
    run = Run("reloaded_two", RunRequest({"text": "later"}, is_background=True), attempt=0)
    await RunRepository(folder.served.service.database).create(run)

    folder.write("reloaded_two.py", "'repaired'")
    await folder.reload()

    run = await ended(folder.served.service, run.id)
    assert run.output == {"text": "later", "said": "repaired"}


async def test_graphs_are_added_and_removed_with_their_entries(folder: Folder) -> None:
    folder.write("reloaded_three.py", "'three'")
    folder.declare("reloaded_two.py", "reloaded_three.py")

    await folder.reload()

    names = ("reloaded_one", "reloaded_two", "reloaded_three")
    assert [await folder.ask(name) for name in names] == [404, "two", "three"]


@pytest.mark.parametrize("text", ["{", '{"graphs": {}}', '{"graphs": [], "auth": 1}'])
async def test_graphs_stay_as_they_were_while_their_file_is_unusable(
    folder: Folder, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (folder.path / "langgraph.json").write_text(text)

    await folder.reload()

    assert "langgraph.json" in capsys.readouterr().err
    assert await folder.ask("reloaded_one") == "before"


async def test_file_outside_of_the_folder_and_a_name_of_the_service_are_reloaded(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "far-away.py"
    (folder.path / "app").mkdir()
    (folder.path / "app" / "__init__.py").touch()
    said: list[Any] = []
    for word in ("first", "other"):
        (folder.path / "app" / "words.py").write_text(f"WORD = '{word}'\n")
        write(folder.path, "reloaded_one.py", "WORD", "from app.words import WORD")
        write(outside.parent, outside.name, f"'{word}'")
        graphs = {"near": "./reloaded_one.py:graph", "far": f"{outside}:graph"}
        (folder.path / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
        await folder.reload()
        said += [await folder.ask("near"), await folder.ask("far")]

    assert said == ["first", "first", "other", "other"]


async def test_objects_of_a_new_type_come_back_from_a_thread_without_a_warning(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("reloaded_three.py", "'three'")
    folder.declare("reloaded_three.py")
    await folder.reload()

    body = {"input": {"text": "object"}, "thread_id": "t"}
    answer = await folder.client.post("/graphs/reloaded_three/invoke", json=body)
    state = await folder.client.get("/threads/t/state")

    assert answer.is_success, answer.text
    assert state.json()["values"]["said"] == {"text": "three"}
    assert not [record for record in caplog.records if "type" in vars(record)]
