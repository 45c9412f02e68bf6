"""Wikipedia, or any MediaWiki with TextExtracts, by its action API (mediawiki.org, API:Query)."""

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, Field

from graphs.adapters.environment import address_in
from graphs.adapters.errors import SourceAnswerUnusable
from graphs.adapters.excerpts import excerpt
from graphs.adapters.http.fetch import TIMEOUT, Service, api_client, fetch, parse
from graphs.adapters.search_words import search_words
from graphs.adapters.sources import Hit, Passage, hit_of, passage_of

WIKIPEDIA = Service("Wikipedia", "FANJOIN_WIKIPEDIA_URL", "FANJOIN_CONTACT")

_MOST_RESULTS = 20
_INTRODUCTION_CHARS = 500


@dataclass(frozen=True)
class WikipediaSettings:
    """Which wiki is searched."""

    url: str = "https://en.wikipedia.org"
    """`FANJOIN_WIKIPEDIA_URL`: the language edition to read, or another MediaWiki."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(url=address_in("FANJOIN_WIKIPEDIA_URL", cls.url))


class Article(BaseModel):
    """A page of the wiki, as far as it was asked for."""

    title: str
    fullurl: str = ""
    extract: str = ""
    index: int = 0
    """Its place among the results: pages come in no order."""


class Pages(BaseModel):
    """The pages of an answer."""

    pages: list[Article] = Field(default_factory=list)


class Failure(BaseModel):
    """What the wiki says it could not do; its status is 200 all the same."""

    code: str
    info: str = ""


class Answer(BaseModel):
    """What is read of an answer; it has no `query` when nothing was found."""

    batchcomplete: bool = False
    query: Pages | None = None
    error: Failure | None = None


@dataclass(frozen=True)
class Wikipedia:
    """The articles of the edition that `FANJOIN_WIKIPEDIA_URL` names; `timeout` is in seconds."""

    timeout: float = TIMEOUT

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        """Return at most `limit` articles (20 at the most) with the beginning of each."""
        words = search_words(query)
        if not words:
            return []
        articles = await self._query(
            {
                "generator": "search",
                "gsrsearch": " OR ".join(words),
                "gsrlimit": min(limit, _MOST_RESULTS),
                "prop": "info|extracts",
                "inprop": "url",
                "exintro": 1,
                "explaintext": 1,
                "exchars": _INTRODUCTION_CHARS,
                "exlimit": "max",
            }
        )
        return [
            hit_of(article.title, article.fullurl, article.extract)
            for article in sorted(articles, key=lambda article: article.index)[:limit]
        ]

    async def read(self, hit: Hit) -> Passage:
        """Return the article's text, from its beginning."""
        articles = await self._query(
            {
                "titles": hit["title"],
                "redirects": 1,
                "prop": "extracts",
                "explaintext": 1,
                "exsectionformat": "plain",
            }
        )
        text = articles[0].extract.strip() if articles else ""
        if not text:
            raise SourceAnswerUnusable(f"{WIKIPEDIA.name} has no text of {hit['title'][:100]!r}")
        return passage_of(hit["title"], hit["url"], text)

    async def _query(self, params: dict[str, str | int]) -> list[Article]:
        fetched = await fetch(
            WIKIPEDIA,
            api_client(),
            "GET",
            f"{WikipediaSettings.read().url}/w/api.php",
            params={"action": "query", "format": "json", "formatversion": 2, **params},
            seconds=self.timeout,
        )
        answer = parse(WIKIPEDIA, Answer, fetched)
        if answer.error:
            said = excerpt(" ".join(f"{answer.error.code}: {answer.error.info}".split()), 200)
            raise SourceAnswerUnusable(f"{WIKIPEDIA.name} answered with an error ({said})")
        if answer.query is None and not answer.batchcomplete:
            raise SourceAnswerUnusable(f"{WIKIPEDIA.name} answered out of shape: no query")
        return answer.query.pages if answer.query else []
