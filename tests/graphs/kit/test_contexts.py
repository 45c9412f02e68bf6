"""The model, as a run's context sets it."""

import pytest
from langgraph.runtime import Runtime

from graphs.kit.model.contexts import ModelContext, model_for
from graphs.kit.model.models import ModelNotConfigured
from tests.model_server import MODEL, ModelServer


def test_context_sets_model_and_temperature(model_server: ModelServer) -> None:
    runtime = Runtime(context=ModelContext(model="another", temperature=0.9))

    model = model_for(runtime, max_tokens=20)

    assert (model.model_name, model.temperature) == ("another", 0.9)


def test_a_caller_without_a_context_gets_the_defaults(model_server: ModelServer) -> None:
    runtime: Runtime[ModelContext] = Runtime()

    model = model_for(runtime, max_tokens=20)

    assert (model.model_name, model.temperature) == (MODEL, 0.5)


def test_no_model_is_said_to_be_none() -> None:
    runtime = Runtime(context=ModelContext())

    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        model_for(runtime, max_tokens=20)
