"""Images from the web, on a loopback without TLS: what is asked for there is `http` alone."""

import asyncio

import pytest

from graphs.adapters.errors import AddressRefused, SourceError, SourceRefused, SourceUnreachable
from graphs.adapters.images.decoding import MOST_BYTES, ImageRefused
from graphs.media_review.fetching import fetch_image
from tests.graphs.adapters.http.scripted_names import with_names
from tests.graphs.adapters.images.images_at_hand import encoded, plain
from tests.source_answers import PAGES, SourceAnswer
from tests.source_server import SourceServer

PNG = encoded(plain())


def is_home(address: str) -> bool:
    return address == "127.0.0.1"


def fetched(url: str) -> bytes:
    return asyncio.run(fetch_image(url, seconds=10, may_reach=is_home, scheme="http"))


@pytest.fixture
def address(source_server: SourceServer) -> str:
    return f"{source_server.url}{PAGES}1"


@pytest.mark.parametrize("content_type", ["image/png", "text/html", "application/pdf"])
def test_what_lies_there_comes_whatever_it_is_said_to_be(
    content_type: str, address: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(body=PNG, content_type=content_type))

    assert fetched(address) == PNG


def test_a_redirect_is_followed(address: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=302, location=f"{PAGES}2"), path=f"{PAGES}1")
    source_server.answer(SourceAnswer(body=PNG), path=f"{PAGES}2")

    assert fetched(address) == PNG


@pytest.mark.parametrize(
    "location", ["http://10.0.0.1/", "http://[::1]:1/", "//0/", "http://169.254.169.254/latest"]
)
def test_a_redirect_inside_is_refused(
    location: str, address: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=302, location=location))

    with pytest.raises(AddressRefused, match="not on the public internet"):
        fetched(address)


def test_a_redirect_to_another_scheme_is_refused(address: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=302, location=address.replace("http:", "https:")))

    with pytest.raises(ImageRefused, match="begins with 'https': it must begin with http://"):
        fetched(address)

    assert len(source_server.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/", "http://["])
def test_a_redirect_out_of_the_web_is_refused(
    location: str, address: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=302, location=location))

    with pytest.raises((SourceError, ImageRefused)):
        fetched(address)


def test_redirects_in_a_circle_end(address: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(status=302, location=address))

    with pytest.raises(SourceUnreachable, match="redirects"):
        fetched(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "0x7f000001"])
def test_a_private_address_is_not_reached(host: str, source_server: SourceServer) -> None:
    port = source_server.url.rpartition(":")[2]

    with pytest.raises(AddressRefused, match="not on the public internet"):
        asyncio.run(fetch_image(f"https://{host}:{port}{PAGES}1"))

    assert not source_server.requests


def test_a_name_that_leads_inside_is_refused() -> None:
    with (
        with_names(["1.1.1.1", "10.0.0.1"]) as runner,
        pytest.raises(AddressRefused, match=r"two-faced\.example"),
    ):
        runner.run(fetch_image("https://two-faced.example/a.png"))


def test_plain_http_is_refused_before_anything_is_asked(source_server: SourceServer) -> None:
    with pytest.raises(ImageRefused, match="begins with 'http': it must begin with https://"):
        asyncio.run(fetch_image(f"{source_server.url}{PAGES}1", may_reach=is_home))

    assert not source_server.requests


def test_twenty_megabytes_are_cut_off_and_refused(
    address: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(body=b"\xff\xd8" * 10_000_000))

    with pytest.raises(ImageRefused, match=f"more than the {MOST_BYTES:,} bytes that are read"):
        fetched(address)


def test_an_endless_body_ends_at_the_limit(address: str, source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(is_endless=True, body=PNG))

    with pytest.raises(ImageRefused, match="name a smaller one"):
        fetched(address)


def test_an_address_that_answers_with_an_error_is_named_by_its_host_alone(
    address: str, source_server: SourceServer
) -> None:
    source_server.answer(SourceAnswer(status=404))

    with pytest.raises(SourceRefused, match=r"^the image at 127\.0\.0\.1 answered 404$"):
        fetched(f"{address}?signature=secret")


def test_no_cookie_is_kept(address: str, source_server: SourceServer) -> None:
    onward = SourceAnswer(status=302, location=f"{PAGES}2", cookie="who=you; Path=/")
    source_server.answer(onward, path=f"{PAGES}1")
    source_server.answer(SourceAnswer(body=PNG), path=f"{PAGES}2")

    fetched(address)

    assert all("cookie" not in request.headers for request in source_server.requests)
