"""A project of three graphs and two adapters, as much of one as is looked at."""

import json
from pathlib import Path

FILES = {
    "graphs/__init__.py": "",
    "graphs/kit/__init__.py": "",
    "graphs/adapters/__init__.py": "",
    "graphs/adapters/pages/__init__.py": "from graphs.adapters.lines import cut\nimport yaml\n",
    "graphs/adapters/pages/command.py": "",
    "graphs/adapters/lines.py": "SOURCE = 'MY_URL'\n",
    "graphs/adapters/pictures.py": "from graphs.adapters import lines\n",
    "graphs/adapters/unused.py": "",
    "graphs/reader/graph.py": "from graphs.adapters.pages import read\n",
    "graphs/reader/part.py": "KEY = 'READER_KEY', 'FANJOIN_DATA_DIR'\nfrom . import graph\n",
    "graphs/painter.py": "from graphs.adapters import pictures\n",
    "graphs/plain.py": "",
    "tests/__init__.py": "",
    "tests/graphs/reader/test_graph.py": "from graphs.reader.graph import read\n",
    "tests/graphs/test_painter.py": "from graphs.painter import graph\n",
    "tests/graphs/adapters/pages/test_pages.py": "from graphs.adapters import pages\n",
    "tests/graphs/adapters/test_pictures.py": "from graphs.adapters import pictures\n",
    "tests/graphs/adapters/test_lines.py": "from graphs.adapters import lines\n",
    "extras.txt": "other\npages\n",
    ".env.example": "# READER_KEY=\n# MY_URL=\n# FANJOIN_DATA_DIR=.data\n# ELSEWHERE=\n",
    "pyproject.toml": """[project]
name = "small"

[project.optional-dependencies]
pages = ["PyYAML>=6"]
other = ["none-of-this-name"]

[project.entry-points."fanjoin.commands"]
pages = "graphs.adapters.pages.command:commands"
other = "elsewhere.command:commands"

[tool.other]
pages = "stays"
""",
    "README.md": """# Small

| graph | |
| --- | --- |
| `reader` | reads |
| `painter` | paints |

<details>
<summary><code>reader</code></summary>
START
</details>
<details>
<summary><code>painter</code></summary>
START
</details>

| | |
| --- | --- |
| `READER_KEY` | opens |
| `MY_URL` | leads |
| `fanjoin pages list` | lists |
| `fanjoin serve` | serves |
""",
}

GRAPHS = {
    "reader": {"path": "./graphs/reader/graph.py:graph", "description": "Reads."},
    "painter": "graphs/painter.py:graph",
    "plain": "./graphs/plain.py:graph",
}


def write_project(root: Path, **more: str) -> Path:
    for name, text in {**FILES, **more}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "langgraph.json").write_text(json.dumps({"env": ".env", "graphs": GRAPHS}))
    return root


def files_in(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
