"""A TCP port on loopback that leads to a Unix socket, which a container cannot see."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress


@contextmanager
def bridge_to(path: str) -> Iterator[int]:
    """Carry bytes between a free port and a socket until the block ends, and close both sides.

    A caller killed a moment ago, or one that is still connected, leaves no socket open.
    """

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closing(writer):
            far_reader, far_writer = await asyncio.open_unix_connection(path)
            async with _closing(far_writer):
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        listening = runner.run(asyncio.start_server(carry, "127.0.0.1", 0))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            loop.call_soon_threadsafe(listening.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
    # The runner has cancelled each `carry` and waited for it.


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Close it in any case: cancelled, a writer stays open, and so does one whose loop ends."""
    try:
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
