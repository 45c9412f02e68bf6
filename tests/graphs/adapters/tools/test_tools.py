"""The tools as a model is told of them and as they are called."""

import asyncio

import pytest

from graphs.adapters.errors import SourceUnreachable
from graphs.adapters.tools.errors import ToolError
from graphs.adapters.tools.tools import HIT_CHARS, TOOLS
from tests.source_server import SourceServer


def call(name: str, text: str) -> str:
    (argument,) = TOOLS[name].args
    return str(asyncio.run(TOOLS[name].ainvoke({argument: text})))


def test_each_tool_says_what_it_does_and_takes_one_text() -> None:
    assert list(TOOLS) == ["calculate", "search_documents", "search_wikipedia"]
    for tool in TOOLS.values():
        assert tool.description
        assert [argument["type"] for argument in tool.args.values()] == ["string"]


def test_calculating_gives_the_value() -> None:
    assert call("calculate", "7 * 6") == "42"


def test_calculating_nonsense_says_so() -> None:
    with pytest.raises(ToolError, match="'six' is no arithmetic"):
        call("calculate", "six")


def test_the_documents_answer_with_title_and_text() -> None:
    answer = call("search_documents", "How do tidal barrages work?")

    assert "barrage" in answer.lower()
    assert all(len(hit) <= HIT_CHARS + 300 for hit in answer.split("\n\n"))


def test_documents_that_hold_nothing_on_it_say_so() -> None:
    with pytest.raises(ToolError, match="the documents hold nothing on 'zyzzyva'"):
        call("search_documents", "zyzzyva")


def test_wikipedia_answers_with_title_and_text(source_server: SourceServer) -> None:
    assert ": " in call("search_wikipedia", "tidal power")


def test_a_wikipedia_that_is_not_there_is_a_source_error() -> None:
    with pytest.raises(SourceUnreachable, match="Wikipedia cannot be reached"):
        call("search_wikipedia", "tidal power")
