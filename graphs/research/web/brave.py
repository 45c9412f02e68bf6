"""Brave's web search (api-dashboard.search.brave.com, `GET /res/v1/web/search`)."""

from pydantic import BaseModel, Field

from graphs.adapters.http.fetch import Service, api_client, fetch, parse
from graphs.adapters.sources import Hit, hit_of
from graphs.research.web.html import text_of
from graphs.research.web.settings import WebSettings

BRAVE = Service("Brave Search", "FANJOIN_BRAVE_URL", "BRAVE_SEARCH_API_KEY")

_MOST_QUERY_CHARS = 400
_MOST_QUERY_WORDS = 50
_MOST_RESULTS = 20


class Result(BaseModel):
    """A page that was found; titles and descriptions are HTML."""

    title: str
    url: str
    description: str = ""


class Results(BaseModel):
    """The pages among all that was found."""

    results: list[Result] = Field(default_factory=list)


class Answer(BaseModel):
    """What is read of an answer; it has no `web` when no page was found."""

    type: str
    web: Results | None = None


async def search(settings: WebSettings, query: str, *, limit: int, seconds: float) -> list[Hit]:
    fetched = await fetch(
        BRAVE,
        api_client(),
        "GET",
        f"{settings.brave_url}/res/v1/web/search",
        headers={
            "Accept": "application/json",
            "X-Subscription-Token": settings.brave_search_api_key or "",
        },
        params={"q": _cut(query), "count": min(limit, _MOST_RESULTS)},
        seconds=seconds,
    )
    web = parse(BRAVE, Answer, fetched).web or Results()
    return [
        hit_of(text_of(one.title), one.url, text_of(one.description)) for one in web.results[:limit]
    ]


def _cut(query: str) -> str:
    return " ".join(query.split()[:_MOST_QUERY_WORDS])[:_MOST_QUERY_CHARS]
