"""What the tests' source server answers: each service in its documented shape, faults included."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias
from urllib.parse import quote

from tests.travel_answers import TRAVEL
from tests.weather_answers import WEATHER

HITS = 2

WIKIPEDIA = "/w/api.php"
ARXIV = "/api/query"
TAVILY = "/search"
BRAVE = "/res/v1/web/search"
PAGES = "/pages/"

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class SourceAnswer:
    """What one request gets; by default two good hits, or the text of what was asked for."""

    status: int = 200
    retry_after: float | None = None
    delay: float = 0
    """Seconds before the first byte."""

    when: "When | None" = None
    """Held until this is true of the requests so far, or the client leaves."""

    is_empty: bool = False
    """A good answer that found nothing."""

    is_endless: bool = False
    """The body never ends."""

    body: str | bytes | None = None
    """Sent in place of the good answer."""

    content_type: str | None = None
    cookie: str | None = None
    location: str | None = None
    """Where a redirect leads."""


@dataclass(frozen=True)
class SourceRequest:
    """One request, as the server saw it; header names are in lower case."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any]
    started: float
    """Monotonic seconds."""


When: TypeAlias = Callable[[Sequence[SourceRequest]], bool]
"""What an answer waits for, so that a test knows what came before it."""


def never(_: Sequence[SourceRequest]) -> bool:
    """A stall."""
    return False


def all_requested(*paths: str) -> When:
    """True once something was asked of each path."""
    return lambda requests: set(paths) <= {request.path for request in requests}


def good_answer(url: str, request: SourceRequest, *, is_empty: bool) -> tuple[str, str]:
    """Return body and content type of what a service of this path would answer."""
    if request.path.startswith(PAGES):
        return _page(request.path), HTML
    if request.path in TRAVEL:
        return TRAVEL[request.path](request.params, request.body, is_empty), JSON
    if request.path in WEATHER:
        return WEATHER[request.path](request.params, request.body, is_empty), JSON
    answer, content_type = _ANSWERS[request.path]
    return answer(url, request, is_empty), content_type


def _wikipedia(url: str, request: SourceRequest, is_empty: bool) -> str:
    params = request.params
    if params.get("generator") != "search":
        title = params["titles"]
        page: dict[str, Any] = {"ns": 0, "title": title}
        text = "" if is_empty else f"{title} is told at length.\n\n\nHistory\nIt has one."
        return json.dumps({"batchcomplete": True, "query": {"pages": [page | {"extract": text}]}})
    subject = params["gsrsearch"].replace(" OR ", " ")
    pages = [
        {
            "pageid": number,
            "ns": 0,
            "title": (title := f"{subject} {number}"),
            "index": number,
            "fullurl": f"{url}/wiki/{quote(title.replace(' ', '_'))}",
            "extract": f"{title} is an article.",
        }
        for number in _numbers(params["gsrlimit"])
    ]
    # Pages come in no order, and without any there is no `query`.
    more = {} if is_empty else {"query": {"pages": pages[::-1]}}
    return json.dumps({"batchcomplete": True, **more})


def _arxiv(_url: str, request: SourceRequest, is_empty: bool) -> str:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2401.0000{number}v1</id>"
        f"<title>A paper on\n  {escape(request.params['search_query'])}, {number}</title>"
        f"<published>2024-01-0{number}T00:00:00Z</published>"
        f"<summary>  We study it in\n{number} ways.\n</summary>"
        f"<author><name>A. Writer</name></author></entry>"
        for number in _numbers(0 if is_empty else request.params["max_results"])
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>arXiv Query</title><id>http://arxiv.org/api/x</id>{entries}</feed>"
    )


def _tavily(url: str, request: SourceRequest, is_empty: bool) -> str:
    query = request.body["query"]
    results = [
        {
            "title": f"{query}, page {number}",
            "url": f"{url}{PAGES}{number}",
            "content": f"Page {number} says this of {query}.",
            "score": 1 / number,
        }
        for number in _numbers(0 if is_empty else request.body["max_results"])
    ]
    return json.dumps({"query": query, "images": [], "results": results, "response_time": 0.5})


def _brave(url: str, request: SourceRequest, is_empty: bool) -> str:
    query = request.params["q"]
    results = [
        {
            "title": f"{escape(query)}, page {number}",
            "url": f"{url}{PAGES}{number}",
            "description": f"Page {number} says <strong>this</strong> of it &amp; more.",
        }
        for number in _numbers(request.params["count"])
    ]
    more = {} if is_empty else {"web": {"type": "search", "results": results}}
    return json.dumps({"type": "search", "query": {"original": query}, **more})


def _page(path: str) -> str:
    return (
        f"<!doctype html><title>Page {path}</title><nav>Menu</nav><main><h1>Page</h1>"
        "<p>What the <b>page</b> says.</p></main><footer>Imprint</footer>"
    )


def _numbers(limit: int | str) -> range:
    return range(1, min(HITS, int(limit)) + 1)


_ANSWERS: dict[str, tuple[Callable[[str, SourceRequest, bool], str], str]] = {
    WIKIPEDIA: (_wikipedia, JSON),
    ARXIV: (_arxiv, "application/atom+xml; charset=utf-8"),
    TAVILY: (_tavily, JSON),
    BRAVE: (_brave, JSON),
}
