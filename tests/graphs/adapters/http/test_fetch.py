"""Sources that send without end, or what cannot be read."""

import pytest

from graphs.adapters.errors import SourceAnswerUnusable, SourceError, SourceUnreachable
from graphs.adapters.http.fetch import Fetched, Service, api_client, fetch
from tests.misbehaving_server import MisbehavingServer
from tests.misbehaviours import ENDLESS

pytestmark = pytest.mark.anyio

SERVICE = Service("The source", "FANJOIN_SOURCE_URL")
MOST_BYTES = 100_000
OTHERS = {
    *("endless-chunk-extension", "endless-trailers"),
    *("endless-small-chunks", "endless-empty-lines"),
}
BODIES = sorted(
    name
    for name in ENDLESS.keys() - {"endless-error", "endless-refusal", "endless-redirect"}
    if ENDLESS[name][0].startswith(b"HTTP/1.1 200 OK\r\nContent-Type")
)


async def get(server: MisbehavingServer, name: str, *, seconds: float = 60) -> Fetched:
    return await fetch(
        SERVICE,
        api_client(),
        "GET",
        server.url(name),
        seconds=seconds,
        most_bytes=MOST_BYTES,
        most_redirects=5,
    )


@pytest.mark.parametrize("name", sorted({*BODIES, "gzip-bomb"} - OTHERS))
async def test_of_a_body_without_end_the_beginning_is_read(
    name: str, misbehaving_server: MisbehavingServer
) -> None:
    fetched = await get(misbehaving_server, name)

    assert (len(fetched.content), fetched.is_whole) == (MOST_BYTES, False)


async def test_what_is_compressed_twice_is_not_read(misbehaving_server: MisbehavingServer) -> None:
    with pytest.raises(SourceAnswerUnusable, match=r"The source .* more than once"):
        await get(misbehaving_server, "gzip-bomb-twice")


@pytest.mark.parametrize("name", ["endless-redirect", "redirect-loop"])
async def test_redirects_end(name: str, misbehaving_server: MisbehavingServer) -> None:
    with pytest.raises(SourceUnreachable, match="more than 5 redirects"):
        await get(misbehaving_server, name)


@pytest.mark.parametrize(
    "name",
    [
        *("endless-error", "endless-header", "endless-status", "endless-chunk-extension"),
        *("endless-trailers", "endless-1xx", "endless-100"),
    ],
)
async def test_no_answer_is_a_named_error(name: str, misbehaving_server: MisbehavingServer) -> None:
    with pytest.raises(SourceError, match="The source"):
        await get(misbehaving_server, name)


@pytest.mark.parametrize("name", ["trickling-json", "trickling-head", "trickling-1xx", "silent"])
async def test_all_of_an_answer_has_the_same_seconds(
    name: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(SourceError, match=r"within 0\.5 s"):
        await get(misbehaving_server, name, seconds=0.5)
