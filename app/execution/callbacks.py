"""Receives from LangChain when a node really starts, what a model writes, and what it used.

Besides, what nodes and routers return, what they dispatch, and whether the graph paused.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.callbacks import GraphCallbackHandler, GraphInterruptEvent
from langgraph.constants import START

from app.execution.custom_events import CustomEvents, Written, write_in_turn
from app.execution.lost_writes import LostWrites
from app.execution.model_text import texts_of
from app.graphs.namespaces import path_of
from app.report.recorder import Recorder
from app.runs.joined_texts import TextType

OnText = Callable[[TextType, str, str, UUID], None]
"""Gets what a model writes: its type, the checkpoint_ns of the task, the text, and which call."""

_STEP_TAG = "graph:step:"
"""The tag LangGraph gives to a node's own run, and to none of the runs inside it."""

_SEQUENCE_TAG = "seq:step:"
"""The tag that LangGraph gives to the parts of a node: the first is the node's own code."""

_OWN_CODE = "seq:step:1"

_PUSH = "__pregel_push"
"""What the path of a task begins with that was sent or called (LangGraph's constant)."""

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


class RunCallbacks(GraphCallbackHandler):
    """Feeds a run's recorder; may be called from any thread."""

    run_inline = True

    def __init__(
        self,
        recorder: Recorder,
        lost: LostWrites,
        custom: CustomEvents,
        on_text: OnText | None = None,
    ) -> None:
        self._recorder = recorder
        self._lost = lost
        self._custom = custom
        self._on_text = on_text
        self._nodes: dict[UUID, str] = {}
        """The checkpoint_ns of each node that runs."""

        self._routers: dict[UUID, tuple[str, str]] = {}
        """Of each conditional edge that is being decided: its node's checkpoint_ns, its name."""

        self._calls: dict[UUID, _Call] = {}
        self.is_paused = False
        """Whether the graph stopped at a question or a breakpoint."""

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
        name, known = kwargs.get("name"), metadata or {}
        ns = known.get("langgraph_checkpoint_ns")
        is_step = any(tag.startswith(_STEP_TAG) for tag in tags or ())
        if not is_step and parent_run_id in self._nodes and _is_router(tags or ()):
            self._routers[run_id] = self._nodes[parent_run_id], name or ""
            return
        if not ns or name != known.get("langgraph_node") or not (is_step or _is_call(known)):
            return
        self._nodes[run_id] = ns
        self._do(self._recorder.start, ns)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        if (ns := self._nodes.pop(run_id, None)) is not None:
            self._do(self._lost.check_update, ns, outputs)
            if path_of(ns)[-1] == START:
                self._do(self._recorder.leave_start, ns)
        elif (router := self._routers.pop(run_id, None)) is not None:
            self._do(self._lost.check_route, *router, outputs)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._routers.pop(run_id, None)
        if (ns := self._nodes.pop(run_id, None)) is None:
            return
        act = (
            self._recorder.leave_start if path_of(ns)[-1] == START else self._recorder.fail_attempt
        )
        self._do(act, ns, error)

    def on_interrupt(self, event: GraphInterruptEvent) -> None:
        self.is_paused = self.is_paused or not event.checkpoint_ns

    def on_custom_event(
        self,
        name: str,
        data: Any,
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        ns = (metadata or {}).get("langgraph_checkpoint_ns") or ""
        if not write_in_turn(Written(ns, data, name)):
            self._do(self._custom.write, ns, data, name)

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        ns, name = (metadata or {}).get("langgraph_checkpoint_ns"), serialized.get("name")
        if ns and isinstance(name, str):
            self._do(self._recorder.label, ns, name)

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
        if self._on_text and call and call.is_shown:
            for kind, text in texts_of(token, kwargs.get("chunk")):
                self._do(self._on_text, kind, call.ns, text, run_id)

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


def _is_router(tags: Sequence[str]) -> bool:
    return any(tag.startswith(_SEQUENCE_TAG) and tag != _OWN_CODE for tag in tags)


def _is_call(metadata: Mapping[str, Any]) -> bool:
    """Whether a run is one of a `@task`: LangGraph ends the paths of such calls with True."""
    path = metadata.get("langgraph_path") or ("",)
    return bool(path[0] == _PUSH and path[-1] is True)


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
