"""What every source over HTTP promises, whoever answers it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from graphs.adapters.errors import (
    SourceAnswerUnusable,
    SourceError,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
)
from graphs.adapters.sources import PASSAGE_CHARS, Hit, Source
from graphs.adapters.wikipedia import Wikipedia
from graphs.kit.policy.attempts import is_worth_retrying, retry_after_seconds
from graphs.research.arxiv import Arxiv
from graphs.research.web.search import WebSearch
from tests.source_answers import ARXIV, BRAVE, TAVILY, WIKIPEDIA, SourceAnswer, never
from tests.source_server import SourceServer
from tests.still_time import run_in_still_time

KEY = "key-that-nobody-may-see"


@dataclass(frozen=True)
class Case:
    """A source, its name in messages, and what to set so that it answers."""

    source: Source
    hurried: Source
    """The same, with half a second."""

    name: str
    path: str
    address_setting: str
    key_setting: str | None = None


CASES = {
    "wikipedia": Case(
        Wikipedia(), Wikipedia(timeout=0.5), "Wikipedia", WIKIPEDIA, "FANJOIN_WIKIPEDIA_URL"
    ),
    "arxiv": Case(Arxiv(), Arxiv(timeout=0.5), "arXiv", ARXIV, "FANJOIN_ARXIV_URL"),
    "tavily": Case(
        WebSearch(),
        WebSearch(timeout=0.5),
        "Tavily",
        TAVILY,
        "FANJOIN_TAVILY_URL",
        "TAVILY_API_KEY",
    ),
    "brave": Case(
        WebSearch(),
        WebSearch(timeout=0.5),
        "Brave Search",
        BRAVE,
        "FANJOIN_BRAVE_URL",
        "BRAVE_SEARCH_API_KEY",
    ),
}


@pytest.fixture(params=list(CASES))
def case(
    request: pytest.FixtureRequest, source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> Case:
    case = CASES[request.param]
    if case.key_setting:
        monkeypatch.setenv(case.key_setting, KEY)
    return case


def search(source: Source, query: str = "tidal power", limit: int = 5) -> list[Hit]:
    return asyncio.run(source.search(query, limit=limit))


def failure(source: Source, search: Callable[[Source], list[Hit]] = search) -> SourceError:
    with pytest.raises(SourceError) as caught:
        search(source)
    message = str(caught.value)
    assert "\n" not in message
    assert KEY not in message + repr(caught.value)
    return caught.value


def test_a_search_returns_hits_with_title_address_and_text(case: Case) -> None:
    hits = search(case.source)

    assert len(hits) == 2
    for hit in hits:
        assert set(hit) == {"title", "url", "text"}
        assert "power" in hit["title"]
        assert hit["url"].startswith(("http://", "https://"))
        assert hit["text"]


def test_a_search_returns_no_more_than_was_asked_for(case: Case) -> None:
    assert len(search(case.source, limit=1)) == 1


def test_a_hit_can_be_read(case: Case) -> None:
    (hit,) = search(case.source, limit=1)

    passage = asyncio.run(case.source.read(hit))

    assert (passage["title"], passage["url"]) == (hit["title"], hit["url"])
    assert 0 < len(passage["text"]) <= PASSAGE_CHARS


def test_finding_nothing_is_no_error(case: Case, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(is_empty=True), path=case.path)

    assert search(case.source) == []


@pytest.mark.parametrize("query", ["", "  ", "?!", "a" * 5000, "one " * 200, 'AND "x" (y:z) & <q>'])
def test_any_query_gets_a_short_request(
    query: str, case: Case, source_server: SourceServer
) -> None:
    search(case.source, query)

    for request in source_server.requests:
        assert len(str(request.params)) + len(str(request.body)) < 1000


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_the_setting_to_check_and_is_final(
    status: int, case: Case, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=status), path=case.path)

    error = failure(case.source)

    setting = case.key_setting or "FANJOIN_CONTACT"
    assert str(error) == f"{case.name} answered {status}: check {setting}"
    assert not is_worth_retrying(error)


def test_a_busy_source_says_when_to_come_back(case: Case, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=429, retry_after=7), path=case.path)

    error = failure(case.source)

    assert isinstance(error, SourceRefused)
    assert error.status_code == 429
    assert is_worth_retrying(error)
    assert retry_after_seconds(error) == 7


def test_a_source_that_is_out_of_order_may_be_asked_again(
    case: Case, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=500, body="<h1>Oops</h1>"), path=case.path)

    error = failure(case.source)

    assert str(error) == f"{case.name} answered 500: try again later"
    assert is_worth_retrying(error)


def test_a_redirect_is_not_followed_with_the_key(case: Case, source_server: SourceServer) -> None:
    elsewhere = SourceAnswer(status=307, location=f"{source_server.url}/elsewhere")
    source_server.answer(elsewhere, path=case.path)

    error = failure(case.source)

    assert str(error) == f"{case.name} answered 307: check {case.address_setting}"
    assert not source_server.requests_to("/elsewhere")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><p>Please log in",
        "null",
        "[]",
        "{}",
        '{"results": null, "query": 1, "web": 2}',
        '{"results": [{"title": "x"}], "query": {"pages": [{}]}, "type": 1, "web": {"results": 1}}',
        '{"results": [',
        b"\xff\xfe\x00",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title></entry></feed>',
    ],
    ids=["empty", "html", "null", "list", "bare", "types", "members", "cut", "bytes", "entry"],
)
def test_an_answer_out_of_shape_is_an_error_of_the_source(
    body: str | bytes, case: Case, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(body=body), path=case.path)

    error = failure(case.source)

    assert isinstance(error, SourceAnswerUnusable)
    assert str(error).startswith(case.name)
    assert is_worth_retrying(error)


def test_a_source_that_stalls_is_given_up(case: Case, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(when=never), path=case.path)

    def search_in_vain(source: Source) -> list[Hit]:
        return run_in_still_time(
            source.search("tidal power", limit=5),
            until=lambda: source_server.wait_for_requests(1, case.path),
        )

    error = failure(case.hurried, search_in_vain)

    assert isinstance(error, SourceTimeout)
    assert str(error) == f"{case.name} did not answer within 0.5 s"
    assert is_worth_retrying(error)


def test_an_endless_answer_is_not_read_to_its_end(case: Case, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(is_endless=True), path=case.path)

    error = failure(case.source)

    assert str(error) == f"{case.name} sent more than the 2,000,000 bytes that are read"


def test_a_source_that_is_not_there_names_the_setting_to_check(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(case.address_setting, "http://127.0.0.1:1")

    error = failure(case.source)

    assert isinstance(error, SourceUnreachable)
    assert str(error).startswith(f"{case.name} cannot be reached")
    assert str(error).endswith(f"check {case.address_setting}")


@pytest.mark.parametrize("address", ["not an address", "http://[", "ftp://example.com"])
def test_an_address_that_is_none_names_the_setting_to_check(
    address: str, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(case.address_setting, address)

    assert case.address_setting in str(failure(case.source))
