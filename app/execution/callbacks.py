"""Receives from LangChain when a node really starts, what a model writes, and what it used."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.constants import START

from app.report.recorder import Recorder

OnToken = Callable[[str, str], None]

_STEP_TAG = "graph:step:"
"""The tag LangGraph gives to a node's own run, and to none of the runs inside it."""

_NO_STREAM = "nostream"
"""The tag with which an author keeps a model's tokens from streams (LangGraph's constant)."""

_MOST_TOKENS = 1_000_000_000
"""Of one call; a server that counts more, or less than none, counts nothing."""

_LONGEST_NAME = 200
"""Of a model, as its server may name it."""


@dataclass
class _Call:
    ns: str
    model: str
    is_shown: bool


class RunCallbacks(BaseCallbackHandler):
    """Feeds a run's recorder; may be called from any thread."""

    run_inline = True

    def __init__(self, recorder: Recorder, on_token: OnToken | None = None) -> None:
        self._recorder = recorder
        self._on_token = on_token
        self._calls: dict[UUID, _Call] = {}
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def on_chain_start(
        self,
        serialized: dict[str, Any],
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not any(tag.startswith(_STEP_TAG) for tag in tags or ()):
            return
        ns = (metadata or {}).get("langgraph_checkpoint_ns")
        name = kwargs.get("name")
        # A conditional edge from START runs in a node of that name, which is nobody's work.
        if ns and name == (metadata or {}).get("langgraph_node") and name != START:
            self._do(self._recorder.start, ns)

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._remember(run_id, tags, metadata, kwargs)

    def on_llm_start(
        self,
        serialized: dict[str, Any],
        prompts: list[str],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._remember(run_id, tags, metadata, kwargs)

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        call = self._calls.get(run_id)
        if self._on_token and call and call.is_shown and isinstance(token, str) and token:
            self._do(self._on_token, call.ns, token)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        call = self._calls.pop(run_id, None)
        if call is not None:
            self._do(self._recorder.use, call.ns, *_usage_of(response, call.model))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        call = self._calls.pop(run_id, None)
        was_refused = getattr(error, "status_code", None) is not None
        if call is not None and not was_refused:  # cut off in the middle: nobody knows what it used
            self._do(self._recorder.use, call.ns, [call.model], None)

    def _remember(
        self,
        run_id: UUID,
        tags: list[str] | None,
        metadata: dict[str, Any] | None,
        kwargs: dict[str, Any],
    ) -> None:
        known = metadata or {}
        ns = known.get("langgraph_checkpoint_ns")
        if ns:
            is_shown = _NO_STREAM not in (tags or ()) and not _is_structured(kwargs)
            self._calls[run_id] = _Call(ns, known.get("ls_model_name") or "unknown", is_shown)

    def _do(self, act: Callable[..., None], *arguments: Any) -> None:
        if threading.get_ident() == self._thread:
            act(*arguments)
        else:
            self._loop.call_soon_threadsafe(act, *arguments)


def _is_structured(kwargs: dict[str, Any]) -> bool:
    """Whether a model call answers in a schema: such JSON is not for reading along."""
    parameters = {**(kwargs.get("options") or {}), **(kwargs.get("invocation_params") or {})}
    return bool(parameters.get("ls_structured_output_format") or parameters.get("response_format"))


def _usage_of(response: LLMResult, model: str) -> tuple[list[str], tuple[int, int] | None]:
    """Return the names the model goes by, its answer's first, and its input and output tokens."""
    generation = next((one for some in response.generations for one in some), None)
    message = generation.message if isinstance(generation, ChatGeneration) else None
    if not isinstance(message, AIMessage):
        return [model], None
    answered = message.response_metadata.get("model_name")
    names = [model]
    if isinstance(answered, str) and 0 < len(answered) <= _LONGEST_NAME:
        names.insert(0, answered)
    usage = message.usage_metadata
    tokens = (usage.get("input_tokens"), usage.get("output_tokens")) if usage else ()
    counts = [count for count in tokens if type(count) is int and 0 <= count <= _MOST_TOKENS]
    return names, (counts[0], counts[1]) if len(counts) == 2 else None
