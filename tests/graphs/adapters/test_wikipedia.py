import asyncio
import json

import pytest

from graphs.adapters.errors import SourceAnswerUnusable
from graphs.adapters.sources import PASSAGE_CHARS, Hit, Passage
from graphs.adapters.wikipedia import Wikipedia
from tests.source_answers import WIKIPEDIA, SourceAnswer
from tests.source_server import SourceServer

HIT = Hit(title="Tidal power", url="https://en.wikipedia.org/wiki/Tidal_power", text="It is.")


def read() -> Passage:
    return asyncio.run(Wikipedia().read(HIT))


def article(**members: object) -> SourceAnswer:
    page = {"ns": 0, "title": HIT["title"], **members}
    return SourceAnswer(body=json.dumps({"batchcomplete": True, "query": {"pages": [page]}}))


def test_articles_come_in_the_order_of_the_search(source_server: SourceServer) -> None:
    first, second = asyncio.run(Wikipedia().search("tidal power", limit=5))

    assert (first["title"], second["title"]) == ("tidal power 1", "tidal power 2")
    assert first["url"] == f"{source_server.url}/wiki/tidal_power_1"
    assert first["text"] == "tidal power 1 is an article."


def test_a_search_is_one_request_for_introductions(source_server: SourceServer) -> None:
    asyncio.run(Wikipedia().search("tidal power", limit=50))

    (request,) = source_server.requests_to(WIKIPEDIA)
    assert request.params["action"] == "query"
    assert request.params["gsrsearch"] == "tidal OR power"
    assert request.params["gsrlimit"] == "20"
    assert request.params["formatversion"] == "2"
    assert "exintro" in request.params


def test_the_user_agent_names_the_program_and_whoever_runs_it(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_CONTACT", "ops@example.org")

    read()

    (request,) = source_server.requests
    assert request.headers["user-agent"].startswith("Fanjoin (ops@example.org) ")


def test_an_article_is_read_from_its_beginning(source_server: SourceServer) -> None:
    source_server.answer(article(extract="word " * 5000))

    passage = read()

    assert passage["text"].startswith("word word")
    assert PASSAGE_CHARS - 10 < len(passage["text"]) <= PASSAGE_CHARS
    assert passage["url"] == HIT["url"]


@pytest.mark.parametrize("answer", [article(missing=True), article(extract=" ")])
def test_an_article_without_text_is_named(
    answer: SourceAnswer, source_server: SourceServer
) -> None:
    source_server.answer(answer)

    with pytest.raises(SourceAnswerUnusable, match="has no text of 'Tidal power'"):
        read()


def test_an_error_of_the_wiki_is_told_though_its_status_is_200(source_server: SourceServer) -> None:
    error = {"error": {"code": "badvalue", "info": "Unrecognized value\nfor parameter."}}
    source_server.answer(SourceAnswer(body=json.dumps(error)))

    with pytest.raises(SourceAnswerUnusable, match="badvalue: Unrecognized value for parameter"):
        read()
