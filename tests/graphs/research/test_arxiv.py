import asyncio
from typing import Any

import pytest

from graphs.adapters.errors import SourceAnswerUnusable, SourceTimeout
from graphs.adapters.sources import PASSAGE_CHARS, Hit
from graphs.research.arxiv import Arxiv
from tests.graphs.adapters.http.scripted_names import with_names
from tests.source_answers import ARXIV, SourceAnswer
from tests.source_server import SourceServer
from tests.still_time import StillLoop

ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def search(query: str = "tidal power") -> list[Hit]:
    return asyncio.run(Arxiv().search(query, limit=5))


def test_a_paper_has_its_title_address_and_abstract_on_one_line(
    source_server: SourceServer,
) -> None:
    first, _ = search()

    assert first["title"] == "A paper on all:tidal OR all:power, 1"
    assert first["url"] == "https://arxiv.org/abs/2401.00001v1"
    assert first["text"] == "We study it in 1 ways."


def test_nothing_in_a_query_is_taken_for_an_operator(source_server: SourceServer) -> None:
    search('tides ANDNOT (ti:"wave energy")')

    (request,) = source_server.requests_to(ARXIV)
    words = ["tides", "andnot", "ti", "wave", "energy"]
    assert request.params["search_query"] == " OR ".join(f"all:{word}" for word in words)


def test_a_query_without_words_finds_nothing_and_asks_nobody(source_server: SourceServer) -> None:
    assert search("?!") == []
    assert not source_server.requests


def test_reading_a_paper_is_its_abstract_and_asks_nobody(source_server: SourceServer) -> None:
    hit = Hit(title="A paper", url="https://arxiv.org/abs/1", text="word " * 5000)

    passage = asyncio.run(Arxiv().read(hit))

    assert passage["text"].startswith("word word")
    assert len(passage["text"]) <= PASSAGE_CHARS
    assert not source_server.requests


def test_an_error_in_a_feed_is_an_error_though_its_status_is_200(
    source_server: SourceServer,
) -> None:
    feed = (
        f"<feed {ATOM}><entry><id>https://arxiv.org/api/errors#incorrect</id>"
        "<title>Error</title><summary>max_results must be an integer</summary></entry></feed>"
    )
    source_server.answer(SourceAnswer(body=feed))

    with pytest.raises(SourceAnswerUnusable, match="max_results must be an integer"):
        search()


@pytest.mark.parametrize(
    "body",
    [
        "Rate exceeded.",
        "<html></html>",
        f'<!DOCTYPE a [<!ENTITY b "{"c" * 100}">]><feed {ATOM}><title>&b;</title></feed>',
        f'<!DOCTYPE a SYSTEM "file:///etc/passwd"><feed {ATOM}/>',
        '<?xml version="1.0" encoding="nonsense"?><feed/>',
    ],
    ids=["text", "html", "entity", "outer entity", "encoding"],
)
def test_what_is_no_plain_feed_is_refused(body: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(body=body))

    with pytest.raises(SourceAnswerUnusable, match="no Atom feed"):
        search()


def test_arxiv_itself_is_asked_once_in_three_seconds(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = source_server.url.rpartition(":")[2]
    monkeypatch.setenv("FANJOIN_ARXIV_URL", f"http://export.arxiv.org:{port}")
    hurried, patient = Arxiv(timeout=0.1), Arxiv(timeout=60)

    async def search_twice() -> list[Any]:
        searches = (arxiv.search("tides", limit=2) for arxiv in (patient, hurried))
        return await asyncio.gather(*searches, return_exceptions=True)

    with with_names(["127.0.0.1"]) as runner:
        hits, refusal = runner.run(search_twice())

    assert isinstance(refusal, SourceTimeout)
    assert "a request in three seconds" in str(refusal)
    assert len(hits) == 2
    assert len(source_server.requests) == 1


def test_a_gateway_keeps_its_own_pace(source_server: SourceServer) -> None:
    hurried = Arxiv(timeout=0.1)

    with asyncio.Runner(loop_factory=StillLoop) as runner:
        hits = [runner.run(hurried.search("tides", limit=2)) for _ in range(2)]

    assert [len(hits) for hits in hits] == [2, 2]
