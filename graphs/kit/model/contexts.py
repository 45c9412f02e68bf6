"""What a request, or a Studio assistant, may set of the model; and the model so set."""

from dataclasses import dataclass

from langchain_openai import ChatOpenAI
from langgraph.runtime import Runtime

from graphs.kit.model.models import chat_model


@dataclass
class ModelContext:
    """The `context` of a graph that asks the chat model; what it leaves out has its default."""

    model: str | None = None
    """Stands in for FANJOIN_MODEL, at the same server."""

    temperature: float = 0.5


def model_for(runtime: Runtime[ModelContext], *, max_tokens: int) -> ChatOpenAI:
    """Return the chat model as the run's context sets it; raise ModelNotConfigured."""
    context = runtime.context or ModelContext()  # None when a caller brings none
    return chat_model(max_tokens=max_tokens, model=context.model, temperature=context.temperature)
