import asyncio

import httpx2
import pytest

from graphs.adapters.errors import AddressRefused
from graphs.adapters.http.fetch import page_client
from graphs.adapters.http.public_network import PublicTransport
from tests.graphs.adapters.http.scripted_names import with_names
from tests.source_answers import PAGES
from tests.source_server import SourceServer


def is_home(address: str) -> bool:
    return address == "127.0.0.1"


async def get(url: str, transport: PublicTransport) -> int:
    async with httpx2.AsyncClient(transport=transport) as client:
        return (await client.get(url)).status_code


def port_of(server: SourceServer) -> str:
    return server.url.rpartition(":")[2]


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "10.0.0.1",
        "169.254.169.254",
        "user:password@127.0.0.1",
        "①②⑦.⓪.⓪.①",
    ],
)
def test_no_spelling_of_a_private_host_is_reached(host: str, source_server: SourceServer) -> None:
    with pytest.raises((AddressRefused, httpx2.InvalidURL)):
        asyncio.run(get(f"http://{host}:{port_of(source_server)}{PAGES}1", PublicTransport()))

    assert not source_server.requests


def test_a_name_with_one_private_address_is_refused(source_server: SourceServer) -> None:
    with (
        with_names(["1.1.1.1", "127.0.0.1"]) as runner,
        pytest.raises(AddressRefused, match=r"two-faced\.example"),
    ):
        runner.run(get(f"http://two-faced.example:{port_of(source_server)}/", PublicTransport()))


def test_the_connection_goes_to_the_address_that_was_checked(source_server: SourceServer) -> None:
    url = f"http://turncoat.example:{port_of(source_server)}{PAGES}1"

    with with_names(["127.0.0.1"], ["10.0.0.1"]) as runner:
        status = runner.run(get(url, PublicTransport(is_home)))

    assert status == 200
    (request,) = source_server.requests
    assert request.headers["host"].startswith("turncoat.example")


def test_a_second_address_is_tried_when_the_first_does_not_answer(
    source_server: SourceServer,
) -> None:
    url = f"http://twice.example:{port_of(source_server)}{PAGES}1"

    with with_names(["127.0.0.2", "127.0.0.1"]) as runner:
        status = runner.run(get(url, PublicTransport(lambda _address: True)))

    assert status == 200


def test_a_name_without_an_address_cannot_be_connected_to() -> None:
    with pytest.raises(httpx2.ConnectError, match="no address"):
        asyncio.run(get("http://nowhere.invalid/", PublicTransport()))


def test_no_proxy_of_the_environment_is_asked(
    source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", source_server.url)

    async def ask() -> None:
        page_client.cache_clear()
        await page_client().get("http://10.0.0.1/")

    with pytest.raises(AddressRefused):
        asyncio.run(ask())

    assert not source_server.requests
