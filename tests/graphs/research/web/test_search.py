import asyncio
import json

import pytest

from graphs.adapters.errors import AddressRefused, SourceNotConfigured, SourceRefused
from graphs.adapters.sources import PASSAGE_CHARS, TITLE_CHARS, Hit, Passage
from graphs.kit.policy.attempts import is_worth_retrying
from graphs.research.web import search as web_search
from graphs.research.web.search import WebSearch
from tests.source_answers import BRAVE, PAGES, TAVILY, SourceAnswer, never
from tests.source_server import SourceServer
from tests.still_time import run_in_still_time

ANYWHERE = WebSearch(may_reach=lambda _address: True)


def read(url: str, *, text: str = "What the search said.", web: WebSearch = ANYWHERE) -> Passage:
    return asyncio.run(web.read(Hit(title="As found", url=url, text=text)))


def search(limit: int = 2) -> list[Hit]:
    return asyncio.run(WebSearch().search("tidal power", limit=limit))


def test_tavily_is_asked_when_both_keys_are_set(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAVE_SEARCH_API_KEY", "b")
    monkeypatch.setenv("TAVILY_API_KEY", "t")

    search()

    assert web_search.provider() == "tavily"
    (request,) = source_server.requests
    assert request.path == TAVILY
    assert request.headers["authorization"] == "Bearer t"
    assert request.body == {"query": "tidal power", "max_results": 2}


def test_brave_is_asked_when_only_its_key_is_set(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAVE_SEARCH_API_KEY", "b\n")

    first, _ = search()

    assert web_search.provider() == "brave"
    (request,) = source_server.requests
    assert request.path == BRAVE
    assert request.headers["x-subscription-token"] == "b"
    assert request.params == {"q": "tidal power", "count": "2"}
    assert first["text"] == "Page 1 says this of it & more."


def test_no_key_names_the_settings_and_is_final(source_server: SourceServer) -> None:
    with pytest.raises(
        SourceNotConfigured, match="TAVILY_API_KEY or BRAVE_SEARCH_API_KEY"
    ) as caught:
        search()

    assert not web_search.is_configured()
    assert not is_worth_retrying(caught.value)


@pytest.mark.parametrize("key", ["töken-that-nobody-may-see", "token\nthat-nobody-may-see"])
@pytest.mark.parametrize("name", ["TAVILY_API_KEY", "BRAVE_SEARCH_API_KEY"])
def test_a_key_that_cannot_be_sent_is_named_not_shown(
    name: str, key: str, source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, key)

    with pytest.raises(Exception, match=name) as caught:
        search()

    assert "nobody-may-see" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_hit_is_no_longer_than_a_passage(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAVILY_API_KEY", "t")
    result = {"title": "word " * 5000, "url": "https://example.org", "content": "word " * 5000}
    source_server.answer(SourceAnswer(body=json.dumps({"results": [result]})))

    (hit,) = search()

    assert len(hit["title"]) <= TITLE_CHARS
    assert len(hit["text"]) <= PASSAGE_CHARS


def test_a_page_is_read_with_its_own_title(source_server: SourceServer) -> None:
    passage = read(f"{source_server.url}{PAGES}1")

    assert passage == Passage(
        title="Page /pages/1",
        url=f"{source_server.url}{PAGES}1",
        text="Page\nWhat the page says.",
    )


@pytest.mark.parametrize(
    "answer",
    [
        SourceAnswer(status=404),
        SourceAnswer(content_type="application/pdf", body=b"%PDF-1.7"),
        SourceAnswer(body="<script>only()</script>"),
    ],
    ids=["gone", "pdf", "no text"],
)
def test_what_the_search_said_stands_in_for_a_page_that_cannot_be_read(
    answer: SourceAnswer, source_server: SourceServer
) -> None:
    source_server.answer(answer)

    passage = read(f"{source_server.url}{PAGES}1")

    assert (passage["title"], passage["text"]) == ("As found", "What the search said.")


def test_a_page_that_cannot_be_read_is_an_error_when_the_search_said_nothing(
    source_server: SourceServer,
) -> None:
    source_server.answer(SourceAnswer(status=404))

    with pytest.raises(SourceRefused, match=r"the page at 127\.0\.0\.1 answered 404"):
        read(f"{source_server.url}{PAGES}1", text=" ")


def test_a_page_inside_is_never_asked_for(source_server: SourceServer) -> None:
    with pytest.raises(AddressRefused):
        read(f"{source_server.url}{PAGES}1", text="", web=WebSearch())

    assert not source_server.requests


def test_a_slow_page_is_given_up(source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(when=never))
    web = WebSearch(timeout=0.5, may_reach=lambda _address: True)
    hit = Hit(title="As found", url=f"{source_server.url}{PAGES}1", text="What the search said.")

    passage = run_in_still_time(web.read(hit), until=lambda: source_server.wait_for_requests(1))

    assert passage["text"] == "What the search said."
