"""The chat model: one real call to the server that the settings name, or a look at the embedded."""

import asyncio

from app.cli.doctor.embedded_model import check_embedded_model
from app.cli.doctor.findings import Finding
from app.cli.doctor.model_server import OPENAI_URL, ask_server
from app.cli.doctor.reading import Reading

OPENAI_MODEL = "gpt-4.1-mini"
"""What graphs.kit.model asks where OpenAI itself is to answer and FANJOIN_MODEL is not set."""


async def check_model(reading: Reading) -> list[Finding]:
    settings = reading.settings
    if settings.wants_embedded_model:
        return await asyncio.to_thread(check_embedded_model, settings)
    if not settings.has_remote_model:
        mend = "set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL and FANJOIN_MODEL"
        return [Finding("warning", "there is no chat model: graphs that ask one fail", mend)]
    model = settings.model or (None if settings.openai_base_url else OPENAI_MODEL)
    if model is None:
        mend = "set FANJOIN_MODEL to the name of a model that server offers"
        return [Finding("error", "OPENAI_BASE_URL is set, and FANJOIN_MODEL is not", mend)]
    key = settings.openai_api_key
    return [
        await ask_server(
            settings.openai_base_url or OPENAI_URL,
            key=key.get_secret_value() if key else None,
            model=model,
        )
    ]
