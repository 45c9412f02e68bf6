"""The client for what else the chat model's server offers: images, moderation."""

from functools import lru_cache

import httpx2
from openai import AsyncOpenAI

from graphs.kit.model.answer_bounds import AnswerBounds
from graphs.kit.model.http_client import async_client
from graphs.kit.model.models import CONNECT_SECONDS, ModelNotConfigured
from graphs.kit.model.settings import ModelSettings


def openai_client(
    *, silence_seconds: float, most_bytes: int = AnswerBounds.most_bytes
) -> AsyncOpenAI:
    """Return a client on the shared connections; asking again costs next to nothing.

    `silence_seconds` is the longest silence of the server; its answer may take three times as long
    in all, and have `most_bytes`. It never retries: attempts belong to the Branch.

    Raises:
        ModelNotConfigured: the environment names no server to ask.
    """
    return _build(ModelSettings.read(), silence_seconds, most_bytes)


@lru_cache(maxsize=16)
def _build(settings: ModelSettings, silence_seconds: float, most_bytes: int) -> AsyncOpenAI:
    if settings.api_key is None and settings.base_url is None:
        raise ModelNotConfigured(
            "no server is set to ask: set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL"
        )
    return AsyncOpenAI(
        api_key=settings.api_key or "none-needed",
        base_url=settings.base_url,
        timeout=httpx2.Timeout(silence_seconds, connect=CONNECT_SECONDS),
        max_retries=0,
        http_client=async_client(AnswerBounds(most_bytes=most_bytes)),
    )
