"""A panel whose every step is told by the test, and its answer."""

import asyncio
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from graphs.panel.graph import PANEL, Output, graph
from tests.graphs.panel.steps_at_hand import use, vote
from tests.graphs.sending import sent
from tests.model_answers import When
from tests.model_server import ModelServer

NAMES = [branch.name for branch in PANEL]
TOOL_OF = {
    "calculator": "calculate",
    "librarian": "search_documents",
    "encyclopedist": "search_wikipedia",
}


def prompt_of(name: str) -> str:
    return f"You are the {name}."


def looks(server: ModelServer, *names: str, when: When | None = None) -> None:
    """Let these panelists, or all who have a tool, begin with it once more."""
    for name in names or TOOL_OF:
        answer = replace(use(TOOL_OF[name], "6 * 7"), when=when)
        server.answer(answer, prompt=prompt_of(name), times=1)


def votes(server: ModelServer, letters: str) -> None:
    """Let the panelists vote, in their order."""
    looks(server)
    for name, letter in zip(NAMES, letters, strict=True):
        server.answer(vote(letter, f"So says the {name}."), prompt=prompt_of(name))


def run(**fields: Any) -> Output:
    result = asyncio.run(graph.ainvoke(sent(**{"question": "Is it so?", **fields})))
    return TypeAdapter(Output).validate_python(result)
