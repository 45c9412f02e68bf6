"""Tavily's web search (docs.tavily.com, `POST /search`)."""

from pydantic import BaseModel

from graphs.adapters.http.fetch import Service, api_client, fetch, parse
from graphs.adapters.sources import Hit, hit_of
from graphs.research.web.settings import WebSettings

TAVILY = Service("Tavily", "FANJOIN_TAVILY_URL", "TAVILY_API_KEY")

_MOST_QUERY_CHARS = 400
_MOST_RESULTS = 20


class Result(BaseModel):
    """A page that was found."""

    title: str
    url: str
    content: str = ""


class Answer(BaseModel):
    """What is read of an answer."""

    results: list[Result]


async def search(settings: WebSettings, query: str, *, limit: int, seconds: float) -> list[Hit]:
    fetched = await fetch(
        TAVILY,
        api_client(),
        "POST",
        f"{settings.tavily_url}/search",
        headers={"Authorization": f"Bearer {settings.tavily_api_key}"},
        json={"query": query[:_MOST_QUERY_CHARS], "max_results": min(limit, _MOST_RESULTS)},
        seconds=seconds,
    )
    results = parse(TAVILY, Answer, fetched).results[:limit]
    return [hit_of(one.title, one.url, one.content) for one in results]
