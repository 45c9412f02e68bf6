"""The drawings in docs/shipped-graphs.md: `make diagrams` renews them."""

import asyncio
import re
from pathlib import Path

from app.graphs.diagram import mermaid_of
from app.graphs.registry import load_registry

ROOT = Path(__file__).parent.parent

_HEADING = "\n## The graphs it ships\n"
_ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
_BLOCK = re.compile(r"<details>\n<summary><code>(\w+)</code></summary>\n.*?</details>\n", re.DOTALL)


def blocks_in(readme: str) -> dict[str, str]:
    """Return what the document draws, by graph."""
    return {match[1]: match[0] for match in _BLOCK.finditer(_split(readme)[1])}


def draw_blocks(readme: str) -> dict[str, str]:
    """Return what it has to draw: each graph of its table that there is, as the code has it."""
    registry = asyncio.run(load_registry(ROOT / "langgraph.json"))
    return {
        graph_id: _block(graph_id, mermaid_of(registry[graph_id].graph))
        for graph_id in _ROW.findall(_split(readme)[1])
        if graph_id in registry
    }


def _block(graph_id: str, text: str) -> str:
    summary = f"<summary><code>{graph_id}</code></summary>"
    return f"<details>\n{summary}\n\n```mermaid\n{text}```\n\n</details>\n"


def _split(readme: str) -> tuple[str, str, str]:
    """Cut the document before and behind the section."""
    before, heading, rest = readme.partition(_HEADING)
    section = re.split(r"(?=\n##)", rest, maxsplit=1)[0]
    return before + heading, section, rest.removeprefix(section)


def _redraw(readme: str) -> str:
    if _HEADING not in readme:
        return readme
    before, section, behind = _split(readme)
    words = _BLOCK.sub("", section).rstrip()
    return "".join([before, words, "\n\n", *draw_blocks(readme).values(), behind])


if __name__ == "__main__":
    path = ROOT / "docs" / "shipped-graphs.md"
    path.write_text(_redraw(path.read_text()))
