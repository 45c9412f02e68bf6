"""What a model's chunk adds to its text, and to its reasoning, however its provider writes it."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from app.runs.joined_texts import TextType

Text = tuple[TextType, str]

_TEXTS = frozenset({"text", "text-plain", "output_text"})
_REASONINGS = frozenset({"reasoning", "thinking", "reasoning_content"})


def texts_of(token: Any, chunk: Any) -> Iterator[Text]:
    """Yield what a chunk adds, for reading along; `token` is for models without chunks."""
    message = chunk.message if isinstance(chunk, ChatGenerationChunk) else None
    if not isinstance(message, AIMessageChunk):
        yield from _text("token", token)
    elif type(message.content) is str and not message.additional_kwargs:
        yield from _text("token", message.content)
    else:
        yield from _texts_of_message(message)


def _texts_of_message(message: AIMessageChunk) -> Iterator[Text]:
    content = message.content if isinstance(message.content, list) else [message.content]
    texts = _texts_of(content)
    if not texts and message.content:
        texts = _texts_of(_translated(message))
    if not any(kind == "reasoning" for kind, _ in texts):
        extra = message.additional_kwargs
        said = extra.get("reasoning_content") or extra.get("reasoning")
        yield from _reasoning(said if isinstance(said, dict) else {"reasoning": said})
    yield from texts


def _texts_of(blocks: Sequence[Any]) -> list[Text]:
    return [text for block in blocks for text in _texts_of_block(block)]


def _translated(message: AIMessageChunk) -> Sequence[Any]:
    """Return a chunk's blocks in LangChain's words, which it knows for some providers."""
    try:
        return message.content_blocks
    except Exception:  # noqa: BLE001  # a block that LangChain does not expect
        return ()


def _texts_of_block(block: Any) -> Iterator[Text]:
    if not isinstance(block, dict):
        yield from _text("token", block)
        return
    kind = block.get("type")
    if kind == "non_standard":
        yield from _texts_of_block(block.get("value") or {})
    elif kind in _TEXTS:
        yield from _text("token", block.get("text"))
    elif kind in _REASONINGS:
        yield from _reasoning(block)


def _reasoning(block: dict[str, Any]) -> Iterator[Text]:
    """Yield the reasoning of a block: under the name of its type, as text, or as a summary."""
    inner = block.get("reasoning_content")
    said = block.get("reasoning") or block.get("thinking") or block.get("text")
    if isinstance(inner, dict):
        said = said or inner.get("text")
    yield from _text("reasoning", said or inner)
    for part in block.get("summary") or ():
        if not said and isinstance(part, dict):
            yield from _text("reasoning", part.get("text"))


def _text(kind: TextType, text: Any) -> Iterator[Text]:
    if isinstance(text, str) and text:
        yield kind, text
