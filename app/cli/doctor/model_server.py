"""A model server, asked one short question, and what its answer means."""

import re
import time
from difflib import get_close_matches
from typing import Any

import httpx2

from app.cli.doctor.findings import Finding, Status
from app.cli.view.measures import as_time, one_line

OPENAI_URL = "https://api.openai.com/v1"


_CONNECT_SECONDS = 5


_MOST_TOKENS = 64
"""Enough for models that think before they speak."""


_LONGEST_LIST = 5


_LONGEST_WORDS = 300


_NO_SUCH_THING = (400, 404, 422)
"""What servers answer for a model they do not know, or an address."""


async def ask_server(base_url: str, *, key: str | None, model: str) -> Finding:
    """Ask as long as it takes: who is in a hurry cancels."""
    base_url = base_url.rstrip("/")
    if key is not None and not _fits_a_header(key):
        detail = "OPENAI_API_KEY cannot be sent: spaces around it, a line's end or no plain signs"
        return Finding("error", detail, "set OPENAI_API_KEY to the key alone, on one line")
    timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS)
    headers = {"Authorization": f"Bearer {key or 'none-needed'}"}
    async with httpx2.AsyncClient(headers=headers, timeout=timeout) as http:
        began = time.monotonic()
        try:
            question = _question(base_url, model)
            answer = await http.post(f"{base_url}/chat/completions", json=question)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            said = one_line(str(error)) or type(error).__name__
            mend = "start the model server, or correct OPENAI_BASE_URL"
            return Finding("error", f"{_place(base_url)} cannot be asked: {said}", mend)
        took = as_time((time.monotonic() - began) * 1000)
        if answer.is_success and _body(answer).get("choices"):
            return Finding("ok", f"{model} at {_place(base_url)} answered in {took}")
        detail = f"{_place(base_url)} answered {answer.status_code}: {_said(answer)}"
        if answer.status_code in _NO_SUCH_THING:
            offered = await _offered(http, base_url)
            return Finding("error", f"{model}: {detail}", _choose_another(model, offered))
    status, mend = _judge(answer)
    return Finding(status, detail, mend)


def _question(base_url: str, model: str) -> dict[str, Any]:
    """OpenAI's reasoning models know the limit by a name that other servers pass over."""
    is_openai = httpx2.URL(base_url).host.endswith((".openai.com", ".azure.com"))
    limit = "max_completion_tokens" if is_openai else "max_tokens"
    messages = [{"role": "user", "content": "Answer with the word yes."}]
    return {"model": model, "messages": messages, limit: _MOST_TOKENS}


def _fits_a_header(key: str) -> bool:
    """Whether no client refuses it; their complaint would show the key."""
    return key.isascii() and key.isprintable() and key == key.strip()


def _place(url: str) -> str:
    """Show an address without the password that may stand in it."""
    return re.sub("//[^/]*@", "//", url)


def _body(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _said(answer: httpx2.Response) -> str:
    error = _body(answer).get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return one_line(str(message or answer.text)[:_LONGEST_WORDS]) or "nothing"


async def _offered(http: httpx2.AsyncClient, base_url: str) -> list[str]:
    """List the models by name; none where the server does not tell."""
    try:
        answer = await http.get(f"{base_url}/models", timeout=_CONNECT_SECONDS)
    except httpx2.RequestError:
        return []
    listed = _body(answer).get("data")
    models = listed if answer.is_success and isinstance(listed, list) else []
    return [str(model["id"]) for model in models if isinstance(model, dict) and "id" in model]


def _choose_another(model: str, offered: list[str]) -> str:
    if not offered:
        return "correct OPENAI_BASE_URL, which ends in /v1 at most servers, or FANJOIN_MODEL"
    near = [*get_close_matches(model, offered, n=_LONGEST_LIST), *offered]
    named = ", ".join(list(dict.fromkeys(near))[:_LONGEST_LIST])
    more = ", …" if len(offered) > _LONGEST_LIST else ""
    return f"set FANJOIN_MODEL to a model that the server offers: {named}{more}"


def _judge(answer: httpx2.Response) -> tuple[Status, str]:
    match answer.status_code:
        case 401 | 403:
            return "error", "set OPENAI_API_KEY to a key of this server that may use the model"
        case 429 if "quota" not in answer.text:
            return "warning", "ask less often, or for a higher limit: the key is accepted"
        case 402 | 429:
            return "error", "raise the quota of this key, or use another"
        case status if status >= 500:
            return "error", "look into the log of the model server"
        case _:
            return "error", "correct OPENAI_BASE_URL: what answers there is no OpenAI-style server"
