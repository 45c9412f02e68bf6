"""Puts the service together: `uvicorn --factory app.main:create_app`."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.api import root, system
from app.api.agent_server import thread_state, threads
from app.api.auth import Authentication, Authenticator, needs_key
from app.api.body_limit import BodyLimit
from app.api.compression import Compression
from app.api.cross_site import CrossSiteCheck
from app.api.description import Application
from app.api.docs.pages import add_docs
from app.api.doors import Door
from app.api.hosts import Hosts
from app.api.origins import cors_options
from app.api.page import add_page
from app.api.problems import answer_with_problems
from app.api.request_line import RequestLine
from app.api.typed import crons, graphs, runs
from app.api.typed.graph_runs import set_graph_routes
from app.auth.sign_in import SignIn
from app.env_files import load_variable_files
from app.graphs.registry import GraphRegistry
from app.project import TITLE, VERSION
from app.service import Service, open_service
from app.settings import Settings
from app.storage.locks import SUPERSEDED_STATUS, ServingLock

_TAGS = [
    {"name": "graphs", "description": "The graphs, their schemas and diagrams."},
    {"name": "runs", "description": "Runs by id: read, follow, cancel, retry, resume, delete."},
    {"name": "crons", "description": "Crons by id: read, change, pause, delete."},
    {"name": "threads", "description": "Threads and their states, as the Agent Server has them."},
    {"name": "system", "description": "Health checks and versions."},
]


class State(TypedDict):
    """What the lifespan hands to every request."""

    service: Service


def create_app(
    settings: Settings | None = None,
    service: Service | None = None,
    *,
    authenticator: Authenticator | None = None,
) -> FastAPI:
    """Return the web application; a service that is already open is used and left open.

    Raises:
        ValueError: `FANJOIN_SIGN_IN=own` needs an authenticator, and an authenticator needs it.
    """
    settings = service.settings if service is not None else settings or _read_settings()
    if (settings.sign_in == "own") != (authenticator is not None):
        raise ValueError(
            "FANJOIN_SIGN_IN=own and create_app(authenticator=…) go together: set both"
        )
    authenticator = authenticator or SignIn(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        if service is not None:
            _add_routes(app, service)
            yield {"service": service}
            return
        async with open_service(settings) as opened:
            _add_routes(app, opened)
            ending = asyncio.create_task(_end_when_superseded(opened.lock))
            yield {"service": opened}
            ending.cancel()
        if opened.lock.is_superseded.is_set():
            os._exit(SUPERSEDED_STATUS)  # uvicorn would exit with its own

    app = Application(
        title=TITLE,
        version=VERSION,
        summary="Parallel LangGraph graphs over HTTP, and what every branch did.",
        lifespan=lifespan,
        openapi_url="/openapi.json" if settings.serves_docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    if settings.serves_docs:
        add_docs(app)
    if settings.serves_page:
        add_page(app)
    _add_doors(app, settings, authenticator)
    answer_with_problems(app, settings.cors_origins)
    return app


def _add_doors(app: FastAPI, settings: Settings, authenticator: Authenticator) -> None:
    """Add what a request passes before a route sees it: the last one added is passed first."""
    app.add_middleware(BodyLimit, most_bytes=settings.max_body_bytes)
    is_served = {"/docs": settings.serves_docs, "/page": settings.serves_page}
    open_pages = [path for path, served in is_served.items() if served]
    app.add_middleware(Authentication, authenticator=authenticator, open_pages=open_pages)
    if not settings.requires_sign_in:
        app.add_middleware(Door, check=CrossSiteCheck(settings.cors_origins).require_welcome)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cors_options(settings.cors_origins))
    if settings.checks_hosts:
        app.add_middleware(Door, check=Hosts(settings.allowed_hosts).require_known)
    app.add_middleware(Compression)
    app.add_middleware(RequestLine)


async def _end_when_superseded(lock: ServingLock) -> None:
    """Stop uvicorn when another process serves from the database."""
    await lock.is_superseded.wait()
    signal.raise_signal(signal.SIGTERM)


def _read_settings() -> Settings:
    load_variable_files()  # the graphs read what is theirs from the environment
    return Settings()


def show_graphs(app: FastAPI, service: Service) -> None:
    """Serve and describe the graphs that the service has now, and no others."""
    set_graph_routes(app.router, service)
    app.openapi_tags = [*_TAGS, *_tags_of(service.registry)]
    app.openapi_schema = None  # made when it is requested


def _add_routes(app: FastAPI, service: Service) -> None:
    for module in (graphs, runs, crons, thread_state, threads, system):
        app.include_router(module.router, dependencies=needs_key)
    app.include_router(system.open_router)
    app.include_router(root.router)
    show_graphs(app, service)


def _tags_of(registry: GraphRegistry) -> Iterator[dict[str, str]]:
    for entry in registry.values():
        yield {"name": entry.id, "description": entry.description}
