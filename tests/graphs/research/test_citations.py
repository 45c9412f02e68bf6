"""Numbers in an answer, and what they stand for."""

from graphs.research.citations import cite
from graphs.research.findings import Finding


def finding(source: str, url: str) -> Finding:
    return Finding(statement="…", title=f"About {url}", url=url, source=source)


def test_numbers_follow_the_text_and_one_address_has_one() -> None:
    rance, moon = finding("web", "/rance"), finding("arxiv", "/moon")

    text, citations = cite([("The moon pulls.", [[moon]]), ("La Rance turns.", [[rance], [moon]])])

    assert text == "The moon pulls. [1] La Rance turns. [2][1]"
    assert [(cited.number, cited.url) for cited in citations] == [(1, "/moon"), (2, "/rance")]


def test_what_two_sources_say_is_told_once_and_cited_twice() -> None:
    text, citations = cite([("The moon pulls.", [[finding("web", "/a"), finding("arxiv", "/b")]])])

    assert text == "The moon pulls. [1][2]"
    assert [cited.sources for cited in citations] == [["web"], ["arxiv"]]


def test_a_page_that_two_sources_found_names_both() -> None:
    _, citations = cite([("The moon pulls.", [[finding("web", "/a"), finding("wikipedia", "/a")]])])

    assert [cited.sources for cited in citations] == [["web", "wikipedia"]]
