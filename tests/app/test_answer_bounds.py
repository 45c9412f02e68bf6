"""Commands that are given the address of something that is no service, and has no end."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from app.answer_bounds import AnswerTooLarge, bounded
from app.cli.client import ServiceClient, open_client
from app.cli.doctor.model_server import query_server
from app.cli.errors import NoService, Refused
from tests.misbehaving_server import MisbehavingServer
from tests.misbehaviours import ENDLESS

pytestmark = pytest.mark.anyio


SLOW = {"endless-small-chunks", "endless-1xx", "endless-100"}
STRANGE = ("deep", "html", "null", "a-list", "no-gzip", "invalid-utf8", "hang-up", "stream-deep")


async def stream(client: ServiceClient) -> None:
    async for _ in client.stream("a", {}):
        pass


ASKS: dict[str, Callable[[ServiceClient], Awaitable[Any]]] = {
    "graphs": lambda client: client.graphs(),
    "graph": lambda client: client.graph("a"),
    "invoke": lambda client: client.invoke("a", {}),
    "stream": stream,
}


@pytest.mark.parametrize("name", ["endless-spaces", "endless-error", "endless-redirect"])
@pytest.mark.parametrize("ask", ASKS)
async def test_an_answer_without_end_is_no_service(
    name: str, ask: str, misbehaving_server: MisbehavingServer
) -> None:
    async with open_client(misbehaving_server.url(name)) as client:
        with pytest.raises(NoService):
            await ASKS[ask](client)


@pytest.mark.parametrize("name", sorted(SLOW))
@pytest.mark.parametrize("ask", ASKS)
async def test_an_answer_that_drips_without_end_ends_with_the_time_for_all(
    name: str, ask: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(NoService, match=r"did not answer within 0\.3 s"):
        async with open_client(misbehaving_server.url(name), seconds=0.3) as client:
            await ASKS[ask](client)


async def test_a_stream_without_end_is_no_service(misbehaving_server: MisbehavingServer) -> None:
    async with open_client(misbehaving_server.url("endless-line")) as client:
        with pytest.raises(NoService, match="byte limit"):
            await stream(client)


@pytest.mark.parametrize("name", sorted(ENDLESS.keys() - SLOW))
async def test_no_more_is_read_than_the_bounds_say(
    name: str, misbehaving_server: MisbehavingServer
) -> None:
    hooks = bounded(200_000, most_stream_bytes=300_000)

    async with httpx2.AsyncClient(event_hooks=hooks) as http:
        with pytest.raises(httpx2.TransportError):
            await http.get(misbehaving_server.url(name), follow_redirects=True)


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("ask", ["graph", "stream"])
async def test_what_is_no_answer_is_named(
    name: str, ask: str, misbehaving_server: MisbehavingServer
) -> None:
    async with open_client(misbehaving_server.url(name)) as client:
        with pytest.raises((NoService, Refused)):
            await ASKS[ask](client)


@pytest.mark.parametrize("name", [*STRANGE, "no-choices", "endless-lists", "endless-error"])
async def test_the_doctor_says_what_a_misbehaving_model_server_sent(
    name: str, misbehaving_server: MisbehavingServer
) -> None:
    finding = await query_server(misbehaving_server.url(name), key="k", model="m")

    assert len(finding.detail) < 2000


@pytest.mark.parametrize("name", ["gzip-bomb", "gzip-bomb-twice"])
async def test_a_compressed_answer_is_refused_before_it_is_read(
    name: str, misbehaving_server: MisbehavingServer
) -> None:
    async with open_client(misbehaving_server.url(name)) as client:
        with pytest.raises(NoService, match="compressed") as caught:
            await client.graphs()

    assert isinstance(caught.value.__cause__, AnswerTooLarge)
