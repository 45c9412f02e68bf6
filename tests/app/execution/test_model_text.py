"""What models write, in the forms of their providers, as text and as reasoning."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk

from app.execution.model_text import texts_of
from app.main import create_app
from tests.app.execution.telling import stream, telling_settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(telling_settings(tmp_path_factory.mktemp("data")))) as client:
        yield client


def test_text_and_reasoning_are_streamed_apart_and_quiet_calls_not_at_all(
    client: TestClient,
) -> None:
    said: dict[tuple[str, str], str] = defaultdict(str)
    for name, data in stream(client, "models"):
        if name in ("token", "reasoning"):
            said[data["branch"], name] += data["text"]

    assert said == {
        ("blocks", "reasoning"): "Hmm. ",
        ("blocks", "token"): "Hello world",
        ("texts", "reasoning"): "Hmm. ",
        ("texts", "token"): "Hello world",
    }


SUMMARY = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why", "index": 0}]}


@pytest.mark.parametrize("provider", [None, "anthropic", "openai", "deepseek", "of-tomorrow"])
@pytest.mark.parametrize(
    ("content", "extra", "texts"),
    [
        ("Hi", {}, [("token", "Hi")]),
        (["Hi", " there"], {}, [("token", "Hi"), ("token", " there")]),
        ([{"type": "text", "text": "Hi", "index": 0}], {}, [("token", "Hi")]),
        ([{"type": "text", "text": None}], {}, []),
        ([SUMMARY], {}, [("reasoning", "why")]),
        ("Hi", {"reasoning_content": "why"}, [("reasoning", "why"), ("token", "Hi")]),
        ("", {"tool_calls": []}, []),
        ([], {}, []),
    ],
)
def test_chunk_gives_its_text_once(
    provider: str | None, content: Any, extra: dict[str, Any], texts: list[tuple[str, str]]
) -> None:
    known = {} if provider is None else {"model_provider": provider}
    message = AIMessageChunk(content=content, additional_kwargs=extra, response_metadata=known)

    assert list(texts_of(content, ChatGenerationChunk(message=message))) == texts


@pytest.mark.parametrize(
    "block",
    [
        {"type": "thinking", "thinking": "why"},
        {"type": "reasoning", "reasoning": "why"},
        {"type": "reasoning_content", "reasoning_content": {"text": "why"}},
        {"type": "non_standard", "value": {"type": "thinking", "thinking": "why"}},
        SUMMARY,
    ],
)
def test_reasoning_is_known_by_each_of_its_names(block: dict[str, Any]) -> None:
    chunk = ChatGenerationChunk(message=AIMessageChunk(content=[block]))

    assert list(texts_of("", chunk)) == [("reasoning", "why")]


def test_model_without_messages_gives_its_token() -> None:
    assert list(texts_of("Hi", None)) == [("token", "Hi")]
    assert list(texts_of("Hi", GenerationChunk(text="Hi"))) == [("token", "Hi")]
    assert list(texts_of(["Hi"], None)) == []
