"""A model server: one short question, and what its answer means."""

import re
import time
from difflib import get_close_matches
from typing import Any

import httpx2

from app.answer_bounds import IDENTITY, bounded
from app.cli.doctor.finding import Finding, Status
from app.cli.view.measures import as_time, one_line

OPENAI_URL = "https://api.openai.com/v1"

_CONNECT_SECONDS = 5

_MAX_TOKENS = 64
"""Enough for models that reason before they answer."""

_MOST_BYTES = 4_000_000
"""Of an answer, a list of models too."""

_MODELS_SHOWN = 5

_LONGEST_MESSAGE = 300

_UNKNOWN = {400, 404, 422}
"""What servers answer for an unknown model, or an unknown path."""


async def query_server(base_url: str, *, key: str | None, model: str) -> Finding:
    """Send one request; it has no time limit of its own."""
    base_url = base_url.rstrip("/")
    if key is not None and not (key.isascii() and key.isprintable() and key == key.strip()):
        # A client would refuse it with a message that shows it.
        detail = "OPENAI_API_KEY cannot be sent: it has spaces around it or signs outside ASCII"
        return Finding("error", detail, "set OPENAI_API_KEY to the key alone, on one line")
    address = re.sub("//[^/]*@", "//", base_url)  # without a password
    timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS)
    headers = {"Authorization": f"Bearer {key or 'none-needed'}", **IDENTITY}
    hooks = bounded(_MOST_BYTES)
    async with httpx2.AsyncClient(headers=headers, timeout=timeout, event_hooks=hooks) as http:
        started = time.monotonic()
        try:
            request = _request(base_url, model)
            answer = await http.post(f"{base_url}/chat/completions", json=request)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            reason = one_line(str(error)) or type(error).__name__
            fix = "start the model server, or correct OPENAI_BASE_URL"
            return Finding("error", f"{address} cannot be reached: {reason}", fix)
        if answer.is_success and _has_choices(_body(answer)):
            took = as_time((time.monotonic() - started) * 1000)
            return Finding("ok", f"{model} at {address} answered in {took}")
        detail = f"{address} answered {answer.status_code}: {_message(answer)}"
        if answer.status_code in _UNKNOWN:
            fix = _choose_another(model, await _offered_models(http, base_url))
            return Finding("error", f"{model}: {detail}", fix)
    status, fix = _judge(answer)
    return Finding(status, detail, fix)


def _request(base_url: str, model: str) -> dict[str, Any]:
    """OpenAI's reasoning models need a name for the limit that other servers ignore."""
    is_openai = httpx2.URL(base_url).host.endswith((".openai.com", ".azure.com"))
    limit = "max_completion_tokens" if is_openai else "max_tokens"
    messages = [{"role": "user", "content": "Answer with the word yes."}]
    return {"model": model, "messages": messages, limit: _MAX_TOKENS}


def _body(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _has_choices(body: dict[str, Any]) -> bool:
    choices = body.get("choices")
    return isinstance(choices, list) and any(isinstance(choice, dict) for choice in choices)


def _message(answer: httpx2.Response) -> str:
    error = _body(answer).get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return one_line(str(message or answer.text)[:_LONGEST_MESSAGE]) or "nothing"


async def _offered_models(http: httpx2.AsyncClient, base_url: str) -> list[str]:
    """List the models by name; empty if the server has no list."""
    try:
        models = _body(await http.get(f"{base_url}/models", timeout=_CONNECT_SECONDS)).get("data")
    except httpx2.RequestError:
        return []
    listed = models if isinstance(models, list) else []
    return [str(model["id"]) for model in listed if isinstance(model, dict) and "id" in model]


def _choose_another(model: str, offered: list[str]) -> str:
    if not offered:
        return "correct OPENAI_BASE_URL, which ends in /v1 at most servers, or FANJOIN_MODEL"
    close = [*get_close_matches(model, offered, n=_MODELS_SHOWN), *offered]
    names = ", ".join(list(dict.fromkeys(close))[:_MODELS_SHOWN])
    more = ", …" if len(offered) > _MODELS_SHOWN else ""
    return f"set FANJOIN_MODEL to a model that the server offers: {names}{more}"


def _judge(answer: httpx2.Response) -> tuple[Status, str]:
    match answer.status_code:
        case 401 | 403:
            return "error", "set OPENAI_API_KEY to a key of this server that may use the model"
        case 429 if "quota" not in answer.text:
            return "warning", "send fewer requests, or get a higher limit: the key is accepted"
        case 402 | 429:
            return "error", "raise the quota of this key, or use another"
        case status if status >= 500:
            return "error", "look into the log of the model server"
        case _:
            return "error", "correct OPENAI_BASE_URL: this is no OpenAI-compatible server"
