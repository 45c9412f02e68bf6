"""`fanjoin serve`: the service in this process, until Ctrl-C or SIGTERM."""

import asyncio
import gc
import logging
import math
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import uvicorn
from fastapi import FastAPI
from rich.text import Text
from uvicorn.loops.auto import auto_loop_factory

from app.cli.address import bind_address, local_url
from app.cli.browser import open_page
from app.cli.environment import load_settings
from app.cli.http_protocol import BoundedHttp
from app.cli.options import GraphsFileOption, HostOption, OpenOption, PortOption
from app.cli.server import Server
from app.cli.signals import StopSignals
from app.cli.streams import outlive_readers
from app.cli.view.terminal import complain, stdout
from app.cli.weights import provide_weights
from app.garbage import uncollected
from app.logs import configure_logs
from app.main import create_app
from app.service import Service, open_service
from app.settings import Settings
from app.storage.locks import SUPERSEDED_STATUS, ServingLock

_SECONDS_TO_SAY_SO = 3
"""For the last events of runs that were cancelled at the end of their grace."""


@dataclass(frozen=True)
class Served:
    """A service that listens."""

    url: str
    app: FastAPI
    service: Service


WhenListening = Callable[[Served], Awaitable[None]]
"""Called once the service listens; cancelled when it stops."""


def serve(
    host: HostOption = None,
    port: PortOption = None,
    graphs_file: GraphsFileOption = None,
    opens: OpenOption = False,
) -> None:
    """Start the service and serve until Ctrl-C."""
    settings = load_settings(host=host, port=port, graphs_file=graphs_file)
    run_service(settings, partial(greet, settings, opens=opens))


async def greet(settings: Settings, served: Served, *, opens: bool = False) -> None:
    """Say where the service listens; the last line is the page's address."""
    stdout().print(Text.assemble("Fanjoin listens on ", (served.url, "bold")), soft_wrap=True)
    docs = (
        f"API: {served.url}/docs" if settings.serves_docs else "API pages are off (FANJOIN_DOCS)."
    )
    stdout().print(f"{docs}   Ctrl-C stops it.", soft_wrap=True)
    if settings.serves_page:
        stdout().print(Text.assemble("Page: ", (f"{served.url}/", "bold")), soft_wrap=True)
        if opens:
            open_page(f"{served.url}/")


def run_service(
    settings: Settings, when_listening: WhenListening, *, may_lack_graphs: bool = False
) -> None:
    """Provide the embedded model if the settings want it, then serve until a signal stops it.

    Raises CommandError or ServiceError before anything listens.
    """
    configure_logs(settings.log_level)
    outlive_readers()
    # `greet` replaces uvicorn's own lines about its start.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    exit_status = 0
    with bind_address(settings) as address, suppress(KeyboardInterrupt, asyncio.CancelledError):
        if settings.wants_embedded_model:
            provide_weights(settings)
            stdout().print("Starting the embedded model ...")
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            exit_status = runner.run(
                _serve(settings, address, when_listening, may_lack_graphs=may_lack_graphs)
            )
    if exit_status:
        raise SystemExit(exit_status)


async def _serve(
    settings: Settings,
    address: socket.socket,
    when_listening: WhenListening,
    *,
    may_lack_graphs: bool,
) -> int:
    """Serve until a signal, and return the status to exit with."""
    host, port = address.getsockname()[:2]
    signals = StopSignals(_stop_starting(), grace_seconds=settings.grace_seconds)
    async with AsyncExitStack() as stack:
        stack.enter_context(signals.handled())
        with uncollected():
            service = await stack.enter_async_context(
                open_service(settings, may_lack_graphs=may_lack_graphs)
            )
        app = create_app(settings, service)
        server = Server(
            _configure(app, settings),
            partial(when_listening, Served(local_url(host, port), app, service)),
            drain=service.runner.drain,
            grace_seconds=settings.grace_seconds,
        )
        signals.stop = server.stop
        ending = asyncio.create_task(_end_when_superseded(service.lock, signals, server))
        stack.callback(ending.cancel)
        with _start_up_out_of_the_collectors_way():
            await server.serve(sockets=[address])
    return signals.exit_status


async def _end_when_superseded(lock: ServingLock, signals: StopSignals, server: Server) -> None:
    """End at once when another process serves from the database; nothing more is stored."""
    await lock.is_superseded.wait()
    complain("Another process serves from the database. This one ends.")
    signals.end_with(SUPERSEDED_STATUS)
    server.stop(at_once=True)


def _stop_starting() -> Callable[[], object]:
    """Return what ends the current task: nothing is served yet."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine calls it
    return task.cancel


@contextmanager
def _start_up_out_of_the_collectors_way() -> Iterator[None]:
    """Let the garbage collector pass over what start-up made and nothing will ever free.

    Measured with 16 connections (`make bench`): a third more runs per second.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _configure(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHttp,
        ws="none",
        log_config=None,
        lifespan="on",
        access_log=settings.log_level == "debug",
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.grace_seconds + _SECONDS_TO_SAY_SO),
    )
