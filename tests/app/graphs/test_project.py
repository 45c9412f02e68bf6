"""Graph files whose modules have names that the service, Python or a library uses."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from app.errors import InvalidGraphs
from app.graphs.registry import load_registry

pytestmark = pytest.mark.anyio

GRAPH = """
from langgraph.graph import END, START, StateGraph
{imports}

def node(state: State) -> State:
    return {{"seen": NAME}}

builder = StateGraph(State)
builder.add_node(node)
builder.add_edge(START, "node")
builder.add_edge("node", END)
graph = builder.compile()
"""

STATE = """
from typing_extensions import TypedDict

NAME = "{name}"

class State(TypedDict, total=False):
    seen: str
"""


def write(folder: Path, files: dict[str, str], **declared: Any) -> Path:
    """Write a project: a graph's file has the imports it needs, a state's file its name."""
    for place, content in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        is_graph = path.name.startswith("graph") or "import" in content
        text = GRAPH.format(imports=content) if is_graph else STATE.format(name=content)
        path.write_text("" if path.name == "__init__.py" else text)
    file = folder / "langgraph.json"
    file.write_text(json.dumps({"dependencies": ["."], **declared}))
    return file


async def seen_by(file: Path, graph_id: str = "g") -> Any:
    registry = await load_registry(file)
    return (await registry[graph_id].graph.ainvoke({}))["seen"]


@pytest.mark.parametrize(
    ("files", "path", "seen"),
    [
        (
            {
                "app/__init__.py": "",
                "app/state.py": "mine",
                "app/graph.py": "from app.state import *",
            },
            "./app/graph.py:graph",
            "mine",
        ),
        (
            {
                "app/__init__.py": "",
                "app/settings.py": "mine, not the service's",
                "app/graph.py": "from app.settings import NAME, State",
            },
            "./app/graph.py:graph",
            "mine, not the service's",
        ),
        (
            {
                "app/__init__.py": "",
                "app/errors.py": "near",
                "app/graph.py": "from .errors import *",
            },
            "./app/graph.py:graph",
            "near",
        ),
        (
            {
                "app/errors.py": "module",
                "app/graph.py": "import app.errors\nfrom app.errors import *",
            },
            "app.graph:graph",
            "module",
        ),
        (
            {
                "graphs/__init__.py": "",
                "graphs/state.py": "beside the kit",
                "graphs/graph.py": "from graphs.kit import Branch\nfrom graphs.state import *",
            },
            "./graphs/graph.py:graph",
            "beside the kit",
        ),
        (
            {
                "graph.py": "from helper import *",
                "helper.py": "from app.state import *",
                "app/state.py": "far",
            },
            "./graph.py:graph",
            "far",
        ),
        (
            {"queue.py": "not Python's", "graph.py": "from queue import *"},
            "./graph.py:graph",
            "not Python's",
        ),
        (
            {
                "httpx2/__init__.py": "",
                "httpx2/state.py": "not the library's",
                "graph.py": "from httpx2.state import *",
            },
            "./graph.py:graph",
            "not the library's",
        ),
        (
            {
                "email.py": "import email.message\nfrom state_of_mail import *",
                "state_of_mail.py": "mail",
            },
            "./email.py:graph",
            "mail",
        ),
        (
            {
                "src/my_pkg/__init__.py": "",
                "src/my_pkg/state.py": "src",
                "src/my_pkg/graph.py": "from my_pkg.state import *",
            },
            "./src/my_pkg/graph.py:graph",
            "src",
        ),
        (
            {
                "src/our_pkg/__init__.py": "",
                "src/our_pkg/state.py": "near",
                "src/our_pkg/graph.py": "from .state import *",
            },
            "./src/our_pkg/graph.py:graph",
            "near",
        ),
        (
            {"a-b/graph-1.py": "from state_1 import *", "state_1.py": "hyphen"},
            "./a-b/graph-1.py:graph",
            "hyphen",
        ),
    ],
)
async def test_graph_gets_the_modules_of_its_own_project(
    tmp_path: Path, files: dict[str, str], path: str, seen: str
) -> None:
    assert await seen_by(write(tmp_path, files, graphs={"g": path})) == seen


async def test_source_folder_among_the_dependencies(tmp_path: Path) -> None:
    files = {"src/its_pkg/state.py": "src", "src/its_pkg/graph.py": "from its_pkg.state import *"}
    graphs = {"g": "./src/its_pkg/graph.py:graph"}

    assert await seen_by(write(tmp_path, files, graphs=graphs, dependencies=["./src"])) == "src"
    assert sys.modules["its_pkg.graph"].__name__ == "its_pkg.graph"
    assert "src.its_pkg.graph" not in sys.modules


async def test_two_files_of_one_name_are_two_graphs(tmp_path: Path) -> None:
    files = {
        "a/state_a.py": "a",
        "a/graph.py": "from state_a import *",
        "b/state_b.py": "b",
        "b/graph.py": "from state_b import *",
    }
    graphs = {"a": "./a/graph.py:graph", "b": "./b/graph.py:graph"}
    file = write(tmp_path, files, graphs=graphs, dependencies=["./a", "./b"])

    assert [await seen_by(file, "a"), await seen_by(file, "b")] == ["a", "b"]


async def test_name_that_leads_to_two_modules_is_refused_with_both(tmp_path: Path) -> None:
    files = {"a/mine.py": "a", "b/mine.py": "b", "graph.py": "from mine import *"}
    file = write(tmp_path, files, graphs={"g": "./graph.py:graph"}, dependencies=["./a", "./b"])

    with pytest.raises(InvalidGraphs, match=r"'mine', which a/mine.py and b/mine.py both are: ren"):
        await load_registry(file)


async def test_second_project_in_one_process_gets_its_own_modules(tmp_path: Path) -> None:
    for name in ("one", "two"):
        files = {"shared_state.py": name, "graph.py": "from shared_state import *"}
        file = write(tmp_path / name, files, graphs={"g": "./graph.py:graph"})

        assert await seen_by(file) == name


async def test_service_and_libraries_get_theirs_beside_a_project_with_their_names(
    tmp_path: Path,
) -> None:
    files = {
        "secrets.py": "mine",
        "app/__init__.py": "",
        "app/errors.py": "mine",
        "graph.py": "import secrets\nfrom app.errors import *",
    }
    await load_registry(write(tmp_path, files, graphs={"g": "./graph.py:graph"}))

    namespace: dict[str, Any] = {}
    exec("import secrets, app.errors", namespace)

    assert namespace["secrets"].token_hex
    assert namespace["app"].errors.InvalidGraphs is InvalidGraphs
