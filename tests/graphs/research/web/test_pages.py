import asyncio

import pytest

from graphs.adapters.errors import (
    AddressRefused,
    SourceAnswerUnusable,
    SourceError,
    SourceUnreachable,
)
from graphs.adapters.sources import PASSAGE_CHARS
from graphs.research.web.pages import Page, read_page
from tests.source_answers import PAGES, SourceAnswer
from tests.source_server import SourceServer


def may_reach(address: str) -> bool:
    return address == "127.0.0.1"


def read(url: str) -> Page:
    return asyncio.run(read_page(url, seconds=5, may_reach=may_reach))


@pytest.fixture
def page(source_server: SourceServer) -> str:
    return f"{source_server.url}{PAGES}1"


def test_a_text_is_read_as_it_is(page: str, source_server: SourceServer) -> None:
    text = SourceAnswer(body="a < b\n  c", content_type="text/plain; charset=utf-8")
    source_server.answer(text)

    assert read(page) == Page(title="", text="a < b\n  c")


def test_a_pages_encoding_is_its_headers_or_its_own(page: str, source_server: SourceServer) -> None:
    header = SourceAnswer(
        body="<p>Привет".encode("cp1251"), content_type="text/html; charset=cp1251"
    )
    own = SourceAnswer(
        body='<meta charset="windows-1251"><p>Привет'.encode("cp1251"), content_type="text/html"
    )
    source_server.answer(header, times=1)
    source_server.answer(own, times=1)

    assert [read(page).text, read(page).text] == ["Привет", "Привет"]


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "application/json"])
def test_what_is_no_text_is_named(
    content_type: str, page: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(body="x", content_type=content_type))

    with pytest.raises(SourceAnswerUnusable, match=content_type):
        read(page)


def test_an_endless_page_is_read_as_far_as_its_first_megabyte(
    page: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(is_endless=True, body="<p>The beginning."))

    assert read(page).text == "The beginning."


def test_a_long_page_is_cut(page: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(body="<p>word</p>" * 5000))

    text = read(page).text

    assert PASSAGE_CHARS / 2 < len(text) <= PASSAGE_CHARS
    assert text.endswith("…")


def test_a_redirect_is_followed(page: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=302, location=f"{PAGES}2"), path=f"{PAGES}1")

    assert read(page).title == "Page /pages/2"


def test_the_body_of_a_redirect_is_not_read(page: str, source_server: SourceServer) -> None:
    endless = SourceAnswer(status=302, location=f"{PAGES}2", body="<p>", is_endless=True)
    source_server.answer(endless, path=f"{PAGES}1")

    assert read(page).title == "Page /pages/2"


def test_redirects_in_a_circle_end(page: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=302, location=page))

    with pytest.raises(SourceUnreachable, match="redirects"):
        read(page)

    assert len(source_server.requests) == 6


@pytest.mark.parametrize(
    "location", ["http://10.0.0.1/", "http://[::1]:1/", "//0/", "http://169.254.169.254/latest"]
)
def test_a_redirect_inside_is_refused(
    location: str, page: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=302, location=location))

    with pytest.raises(AddressRefused, match="not on the public internet"):
        read(page)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/", "http://["])
def test_a_redirect_out_of_the_web_is_refused(
    location: str, page: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=302, location=location))

    with pytest.raises(SourceError):
        read(page)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.com", "/etc/passwd", "", "http://", "\n"],
)
def test_an_address_out_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match="a page's address is"):
        read(url)


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(AddressRefused, match="no port 65536"):
        read("http://127.0.0.1:65536/")


def test_no_cookie_is_kept(page: str, source_server: SourceServer) -> None:
    onward = SourceAnswer(status=302, location=f"{PAGES}2", cookie="who=you; Path=/")
    source_server.answer(onward, path=f"{PAGES}1")

    read(page)

    assert len(source_server.requests) == 2
    assert all("cookie" not in request.headers for request in source_server.requests)
