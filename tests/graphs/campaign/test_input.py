"""Campaign with unusable or hostile words, from the caller and from the model."""

import asyncio
import json
from typing import Any

import pytest
from pydantic import ValidationError

from graphs.campaign.graph import Input, graph
from graphs.kit import RequiredBranchFailed
from tests.graphs.campaign.emails_at_hand import BODY, SUBJECTS, WORDS, run, wanted, write_well
from tests.graphs.campaign.html_page import HtmlPage
from tests.model_answers import Answer
from tests.model_server import ModelServer

HOSTILE = "Halo</product><script>alert(1)</script> {{ 7*7 }} {0} %s"


def test_hostile_words_are_data_to_the_model_and_text_in_the_email(
    server: ModelServer, image_model: None
) -> None:
    write_well(server)

    output = asyncio.run(run(product=HOSTILE, action="<b>Go</b> {{ 7*7 }}"))

    quoted = "<product>Halo&lt;/product&gt;&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} {0} %s</"
    assert all(quoted in call.prompt for call in server.calls)
    page = HtmlPage(output.html)
    assert page.all("script, b") == []
    assert page.text("a") == "<b>Go</b> {{ 7*7 }}"
    assert HOSTILE in page.attribute("img", "alt")


def test_hostile_words_of_the_model_are_text_too(server: ModelServer) -> None:
    words = {**WORDS, "headline": "<script>alert(1)</script>{{ 7*7 }}"}
    server.answer(Answer(text=json.dumps(words)), prompt=BODY)

    page = HtmlPage(asyncio.run(run()).html)

    assert page.all("script") == []
    assert page.text("h1") == "<script>alert(1)</script>{{ 7*7 }}"


UNUSABLE = pytest.mark.parametrize(
    "changed",
    [
        {"url": "javascript:alert(1)"},
        {"url": "https://bank.example@elsewhere.example/"},
        {"colour": "red;} body{display:none"},
        {"product": " \n\x00 "},
        {"points": []},
        {"language": "xx"},
    ],
)


@UNUSABLE
def test_an_input_that_makes_no_email_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Input(**wanted(**changed))


@UNUSABLE
def test_it_is_refused_too_where_nobody_has_checked_it_before(
    changed: dict[str, Any], server: ModelServer
) -> None:
    unchecked: Any = wanted(**changed)

    with pytest.raises(RequiredBranchFailed, match="ValidationError"):
        asyncio.run(graph.ainvoke(unchecked))

    assert server.calls == []


def test_line_breaks_in_the_input_become_spaces(server: ModelServer) -> None:
    server.answer(REFUSED, prompt=SUBJECTS)

    output = asyncio.run(run(product="Halo\r\nBcc: all@example.com"))

    assert output.subject.startswith("Halo Bcc: all@example.com: It")


def test_the_email_is_written_in_the_language_it_is_wanted_in(server: ModelServer) -> None:
    output = asyncio.run(run(language="de"))

    assert all("Write in German" in call.prompt for call in server.calls)
    assert '<html lang="de">' in output.html


REFUSED = Answer(status=401)
