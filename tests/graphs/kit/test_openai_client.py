"""One client for all that the model's server offers besides chat."""

import pytest

from graphs.kit.model.models import ModelNotConfigured
from graphs.kit.model.openai_client import openai_client
from tests.model_server import ModelServer


def test_client_goes_to_the_chat_models_server_and_never_retries(model_server: ModelServer) -> None:
    client = openai_client(silence_seconds=7)

    assert str(client.base_url).rstrip("/") == model_server.base_url
    assert client.max_retries == 0
    assert client.timeout.read == 7  # type: ignore[union-attr]  # it is the Timeout that was given
    assert openai_client(silence_seconds=7) is client


def test_client_follows_the_environment(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = openai_client(silence_seconds=7)

    monkeypatch.setenv("OPENAI_API_KEY", "another")

    assert openai_client(silence_seconds=7).api_key == "another"
    assert before.api_key == "test-key"


def test_without_a_server_the_error_names_what_to_set() -> None:
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        openai_client(silence_seconds=7)
