"""The chat model of every graph, by configuration: OpenAI or any server that speaks its HTTP."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from graphs.kit.model.blocking_client import sync_client
from graphs.kit.model.checked_chat import CheckedChatOpenAI
from graphs.kit.model.http_client import async_client
from graphs.kit.model.settings import ModelSettings

DEFAULT_OPENAI_MODEL = "gpt-4.1-mini"
"""Used with OpenAI itself and no FANJOIN_MODEL: small, and without the hidden reasoning that would
use up `max_tokens` before the answer begins."""

CONNECT_SECONDS = 5


class ModelNotConfigured(LookupError):
    """No chat model can be asked; the message names the settings to set."""


def chat_model(
    *,
    max_tokens: int,
    temperature: float = 0.2,
    model: str | None = None,
    timeout: float = 300,
) -> ChatOpenAI:
    """Return the configured chat model; asking again with the same options costs next to nothing.

    `model` stands in for FANJOIN_MODEL. `timeout` is the longest silence of the server in seconds,
    a net below the Branch's own; an answer may take three times as long in all. The model never
    retries: attempts belong to the Branch. It raises AnswerTooLarge, AnswerTooSlow and
    AnswerOutOfShape for what a server should not send.

    Raises:
        ModelNotConfigured: the environment names no model to ask.
    """
    settings = ModelSettings.read()
    name = model or settings.model or _default_name(settings)
    return _build(name, settings, max_tokens=max_tokens, temperature=temperature, timeout=timeout)


def _default_name(settings: ModelSettings) -> str:
    if settings.base_url is None:
        return DEFAULT_OPENAI_MODEL
    raise ModelNotConfigured(
        "OPENAI_BASE_URL is set but FANJOIN_MODEL is not: set it to the name of a model that "
        "server offers"
    )


@lru_cache(maxsize=128)
def _build(
    name: str, settings: ModelSettings, *, max_tokens: int, temperature: float, timeout: float
) -> ChatOpenAI:
    if settings.api_key is None and settings.base_url is None:
        raise ModelNotConfigured(
            "no chat model is configured: set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL and "
            "FANJOIN_MODEL for any server that speaks its HTTP (`make run` and `make studio` start "
            "a local one when neither is set)"
        )
    return CheckedChatOpenAI(
        model=name,
        base_url=settings.base_url,
        api_key=SecretStr(settings.api_key or "none-needed"),
        temperature=temperature,
        timeout=httpx2.Timeout(timeout, connect=CONNECT_SECONDS),
        max_retries=0,
        stream_chunk_timeout=timeout,
        stream_usage=True,
        http_client=sync_client(),
        http_async_client=async_client(),
        **_limit(settings.base_url, max_tokens),
    )


def _limit(base_url: str | None, max_tokens: int) -> dict[str, Any]:
    """Name the limit as the server knows it.

    OpenAI's reasoning models take only `max_completion_tokens`, so that is what ChatOpenAI sends;
    Ollama and others silently ignore it (ollama/ollama#7125) and know `max_tokens`.
    """
    host = urlsplit(base_url or "https://api.openai.com").hostname or ""
    if host.endswith((".openai.com", ".azure.com")):
        return {"max_completion_tokens": max_tokens}
    return {"extra_body": {"max_tokens": max_tokens}}
