"""The chat model: one short question to the model server, or the files of the embedded model."""

import asyncio
from dataclasses import replace

from app.cli.doctor.database import is_served
from app.cli.doctor.finding import Finding
from app.cli.doctor.model_server import OPENAI_URL, query_server
from app.cli.doctor.reading import Reading
from app.errors import ModelUnavailable
from app.local_llm.fetch import choose, locate
from app.local_llm.machine import GIB, Machine
from app.local_llm.weights import Weights
from app.settings import Settings

OPENAI_MODEL = "gpt-4.1-mini"
"""What graphs.kit.model uses where OpenAI itself is to answer and FANJOIN_MODEL is not set."""

_NAME_A_SERVER = "name a model server with OPENAI_API_KEY or OPENAI_BASE_URL"


async def check_model(reading: Reading) -> list[Finding]:
    settings = reading.settings
    if settings.wants_embedded_model:
        return await _check_embedded(settings)
    if not settings.has_remote_model:
        fix = "set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL and FANJOIN_MODEL"
        return [Finding("warning", "there is no chat model: graphs that call one fail", fix)]
    if settings.lacks_model_name:
        fix = "set FANJOIN_MODEL to the name of a model that server offers"
        return [Finding("error", "OPENAI_BASE_URL is set, and FANJOIN_MODEL is not", fix)]
    model = settings.model or OPENAI_MODEL
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return [await query_server(settings.openai_base_url or OPENAI_URL, key=key, model=model)]


async def _check_embedded(settings: Settings) -> list[Finding]:
    try:
        weights, path = choose(settings), locate(settings)
    except ModelUnavailable as error:
        return [Finding("error", str(error).splitlines()[0], _NAME_A_SERVER)]
    size = weights.size if isinstance(weights, Weights) else weights.stat().st_size
    machine = await asyncio.to_thread(Machine.read)
    if machine.shortcomings(weights_size=size) and await is_served(settings):
        machine = replace(machine, available_memory=None)  # the running model uses it
    findings = [
        Finding("error", f"the embedded model cannot run: {reason}", _NAME_A_SERVER)
        for reason in machine.shortcomings(weights_size=size)
    ]
    if path is None:
        detail = f"{settings.local_model} is not downloaded yet, {size / GIB:.1f} GiB"
        fix = "run `fanjoin model pull`, or leave it to the first `fanjoin serve`"
        return [*findings, Finding("warning", detail, fix)]
    return findings or [Finding("ok", f"the embedded model {path.stem} is downloaded, and can run")]
