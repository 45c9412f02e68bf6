"""Files that cannot be imported: the reason, the place and the remedy, in one line."""

import textwrap
from pathlib import Path

import pytest

from app.graphs.registry import load_registry
from tests.app.graphs.graph_files import GOOD, problems_of, write_graphs

pytestmark = pytest.mark.anyio

PLACES = {
    "missing_package": ("import no_such_package_at_all", "(line 1)"),
    "missing_known": ("import sklearn", "(line 1)"),
    "missing_submodule": ("import json.no_such_part", "(line 1)"),
    "below": ("import lib_below_of_imports", "(line 1)"),
    "misnamed_module": ("import agent_of_imports.tolls", "(line 1)"),
    "misnamed": ("from agent_of_imports.tools import serach", "(line 1)"),
    "misnamed_in_library": ("from langgraph.graph import StateGrpah", "(line 1)"),
    "attribute": ("import agent_of_imports.tools as t\nt.serach", "(line 2)"),
    "circle": ("import circle_a_of_imports", "(circle_b_of_imports.py line 1)"),
    "relative": ("from .agent_of_imports import tools", "(line 1)"),
    "too_relative": ("import agent_of_imports.climbs", "(agent_of_imports/climbs.py line 1)"),
    "syntax": ("def f(:\n    pass", "(syntax.py, line 1)"),
    "syntax_elsewhere": ("import agent_of_imports.broken", "(broken.py, line 2)"),
    "deep": ("import agent_of_imports.raises", "(agent_of_imports/raises.py line 2)"),
    "environment": ("import os\nos.environ['NO_SUCH_KEY_AT_ALL']", "(line 2)"),
    "lines": ("raise RuntimeError('one\\ntwo\\n\\nthree')", "one two three (line 1)"),
}

REMEDIES = {
    "missing_package": "install it where Fanjoin runs (uv pip install no-such-package-at-all)",
    "missing_known": "uv pip install scikit-learn",
    "missing_submodule": "the installed 'json' has no module 'json.no_such_part'",
    "below": 'is in ./parts/python: add "./parts/python" to "dependencies" in langgraph.json',
    "misnamed_module": "agent_of_imports has no 'tolls'; did you mean 'tools'?",
    "misnamed": "agent_of_imports/tools.py does not define it; did you mean 'search'?",
    "misnamed_in_library": "did you mean 'StateGraph'?",
    "attribute": "agent_of_imports/tools.py does not define it; did you mean 'search'?",
    "circle": "move one of the imports into the function that uses it",
    "relative": "import by the full name",
    "too_relative": "import by the full name",
    "syntax": "correct the syntax there",
    "syntax_elsewhere": "correct the syntax there",
    "deep": "ValueError: no soup",
    "environment": 'set the variable in the environment, in "env" of langgraph.json, or in .env',
}


async def test_import_that_fails_has_its_reason_place_and_remedy_in_one_line(
    tmp_path: Path,
) -> None:
    write(tmp_path, "agent_of_imports/tools.py", "def search(): ...")
    write(tmp_path, "agent_of_imports/climbs.py", "from ...tools import search")
    write(tmp_path, "agent_of_imports/broken.py", "x = 1\ny = = 2")
    write(tmp_path, "agent_of_imports/raises.py", "\nraise ValueError('no soup')")
    write(tmp_path, "parts/python/lib_below_of_imports.py", "")
    write(tmp_path, "circle_a_of_imports.py", "from circle_b_of_imports import b\na = 1")
    write(tmp_path, "circle_b_of_imports.py", "from circle_a_of_imports import a\nb = 1")
    for name, (source, _) in PLACES.items():
        write(tmp_path, f"{name}.py", source)

    problems = await problems_of(
        write_graphs(tmp_path, {name: f"./{name}.py:graph" for name in PLACES})
    )

    said = dict(zip(PLACES, problems, strict=True))
    for name, (_, place) in PLACES.items():
        assert said[name].startswith(f"graph {name!r}: importing ./{name}.py failed: ")
        assert place in said[name], said[name]
        assert REMEDIES.get(name, "") in said[name], said[name]
        assert "\n" not in said[name]


NODES = """
async def say(state):
    return {"word": "said by a package"}
"""

GRAPH = GOOD.replace('async def say(state: State) -> State:\n    return {"word": "said"}', "")


@pytest.mark.parametrize(
    ("line", "file", "dependencies"),
    [
        ("from agent_a.nodes import say", "src/agent_a/graph.py", ["."]),
        ("from agent_b.nodes import say", "src/agent_b/graph.py", []),
        ("from .nodes import say", "src/agent_c/graph.py", ["."]),
        ("from src.agent_d.nodes import say", "src/agent_d/graph.py", ["."]),
        ("from agent_e.nodes import say", "packages/one/src/agent_e/graph.py", ["./packages/one"]),
        ("from agent_f.nodes import say", "python/agent_f/graph.py", ["."]),
        ("from agent_g.nodes import say", "lib/agent_g/graph.py", ["."]),
        ("from agent_h.nodes import say", "backend/agent_h/graph.py", ["."]),
        ("from agent_i.nodes import say", "code/agent_i/graph.py", ["."]),
    ],
)
async def test_packages_in_the_folders_that_projects_have_are_importable(
    tmp_path: Path, line: str, file: str, dependencies: list[str]
) -> None:
    write(tmp_path, file, f"{line}\n{GRAPH}")
    write(tmp_path, str(Path(file).with_name("nodes.py")), NODES)
    write(tmp_path, str(Path(file).with_name("__init__.py")), "")
    write(tmp_path, "pyproject.toml", PYPROJECT)

    registry = await load_registry(
        write_graphs(tmp_path, {"g": f"./{file}:graph"}, dependencies=dependencies)
    )

    assert await registry["g"].graph.ainvoke({}) == {"word": "said by a package"}


PYPROJECT = """
[tool.setuptools.packages.find]
where = ["python"]
[tool.setuptools.package-dir]
"" = "lib"
[tool.hatch.build.targets.wheel]
packages = ["backend/agent_h"]
[tool.poetry]
packages = [{ include = "agent_i", from = "code" }]
"""


def write(folder: Path, name: str, source: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(source))
