"""Which modules are loaded anew, and which files are watched."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.graphs.reload import sources_of
from tests.app.graphs.graph_files import GOOD, write_graphs
from tests.conftest import ROOT

IN_A_PROCESS_OF_ITS_OWN = """
import asyncio, sys
from pathlib import Path
from app.graphs.registry import inspect_graphs
from app.graphs.reload import inspect_anew

async def main(file):
    before = (await inspect_graphs(file)).entries
    modules = dict(sys.modules)
    after = (await inspect_anew(file)).entries
    assert len(before) == len(after) == 1
    print(*(name for name, one in modules.items() if sys.modules.get(name) is not one))

asyncio.run(main(Path(sys.argv[1])))
"""


def test_the_service_the_kit_and_what_is_installed_are_not_loaded_anew(tmp_path: Path) -> None:
    (tmp_path / "own_words.py").touch()
    (tmp_path / "own_graph.py").write_text(
        "import graphs.kit\nimport tests.patience\nimport own_words\n" + GOOD
    )
    declared = {
        "graphs": {"own": "./own_graph.py:graph"},
        "dependencies": [os.path.relpath(ROOT, tmp_path)],
    }
    (tmp_path / "langgraph.json").write_text(json.dumps(declared))

    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, tmp_path / "langgraph.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    reloaded = set(done.stdout.split())
    assert reloaded == {"own_words", "own_graph", "tests", "tests.patience"}


@pytest.mark.parametrize(
    ("place", "is_watched"),
    [
        ("good.py", True),
        ("package/deep/module.py", True),
        ("langgraph.json", True),
        ("../beside/graph.py", True),
        ("src/module.py", True),
        ("../beside/other.py", False),
        (".venv/lib/python3.11/site-packages/package.py", False),
        ("node_modules/tool.py", False),
        (".#good.py", False),
        ("good.pyc", False),
        (".data/fanjoin.db", False),
    ],
)
def test_sources_of_graphs_are_watched_and_nothing_else(
    tmp_path: Path, place: str, is_watched: bool
) -> None:
    folder = tmp_path / "site-packages" / "project"  # where the project lies does not matter
    (folder / "src").mkdir(parents=True)
    (folder.parent / "beside").mkdir()
    file = write_graphs(
        folder,
        {
            "good": "./good.py:graph",
            "far": "../beside/graph.py:graph",
            "gone": "../gone/graph.py:graph",
        },
    )

    sources = sources_of(file)

    assert sources is not None
    assert sources.include((folder / place).resolve()) == is_watched
    assert sources.folders == {folder, folder / "src", folder.parent / "beside"}


def test_unusable_file_has_no_sources(tmp_path: Path) -> None:
    file = write_graphs(tmp_path, {"good": "./good.py:graph"})
    file.write_text("{")

    assert sources_of(file) is None
