"""A chat model for agents: it calls the tools it is bound to, then says what came of it."""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field


class ScriptedModel(BaseChatModel):
    """Calls each tool once with the question, and answers when it has all their results."""

    tool_names: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        names = [tool.name if isinstance(tool, BaseTool) else tool.__name__ for tool in tools]
        return ScriptedModel(tool_names=names)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))])

    def _answer(self, messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        usage = {
            "input_tokens": len(messages),
            "output_tokens": 2,
            "total_tokens": len(messages) + 2,
        }
        if isinstance(last, ToolMessage) or not self.tool_names:
            return AIMessage(f"So: {last.content}", usage_metadata=usage)
        calls = [
            ToolCall(
                name=name, args={"query": str(last.content)}, id=f"call-{len(messages)}-{name}"
            )
            for name in self.tool_names
        ]
        return AIMessage("", tool_calls=calls, usage_metadata=usage)
