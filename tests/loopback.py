"""Plain asyncio streams on loopback, in a thread of their own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def serving(serve: Serve) -> Iterator[str]:
    """Serve each connection until the block ends; yields the address."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        listening = runner.run(asyncio.start_server(serve, "127.0.0.1", 0, backlog=512))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        finally:
            loop.call_soon_threadsafe(listening.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
