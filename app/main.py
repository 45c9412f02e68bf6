"""Puts the service together: `uvicorn --factory app.main:create_app`."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TypedDict

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.api import system
from app.api.agent_server import thread_state, threads
from app.api.auth import Authentication, needs_key
from app.api.body_limit import BodyLimit
from app.api.cross_site import CrossSiteCheck
from app.api.doors import Door
from app.api.hosts import Hosts
from app.api.origins import cors_options
from app.api.problems import answer_with_problems
from app.api.request_line import RequestLine
from app.api.typed import graphs, runs
from app.api.typed.graph_runs import add_graph_routes
from app.auth.api_keys import ApiKeys
from app.env_files import load_variable_files
from app.service import Service, open_service
from app.settings import Settings
from app.storage.locks import SUPERSEDED_STATUS, ServingLock


class State(TypedDict):
    """What the lifespan hands to every request."""

    service: Service


def create_app(settings: Settings | None = None, service: Service | None = None) -> FastAPI:
    """Return the web application; a service that is already open is used and left open."""

    settings = service.settings if service is not None else settings or _read_settings()

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

    app = FastAPI(
        title="Fanjoin",
        version=version("fanjoin"),
        summary="Parallel LangGraph graphs over HTTP, and what every branch did.",
        lifespan=lifespan,
        openapi_url="/openapi.json" if settings.environment == "development" else None,
        redirect_slashes=False,
    )
    _add_doors(app, settings)
    answer_with_problems(app, settings.cors_origins)
    return app


def _add_doors(app: FastAPI, settings: Settings) -> None:
    """Add what a request passes before a route sees it: the last one added is passed first."""
    app.add_middleware(BodyLimit, most_bytes=settings.max_body_bytes)
    keys = ApiKeys([key.get_secret_value() for key in settings.api_keys])
    app.add_middleware(Authentication, authenticator=keys)
    if not settings.api_keys:
        app.add_middleware(Door, check=CrossSiteCheck(settings.cors_origins).require_welcome)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cors_options(settings.cors_origins))
    if settings.checks_hosts:
        app.add_middleware(Door, check=Hosts(settings.allowed_hosts).require_known)
    app.add_middleware(RequestLine)


async def _end_when_superseded(lock: ServingLock) -> None:
    """Stop uvicorn when another process serves from the database."""
    await lock.is_superseded.wait()
    signal.raise_signal(signal.SIGTERM)


def _read_settings() -> Settings:
    load_variable_files()  # the graphs read what is theirs from the environment
    return Settings()


def _add_routes(app: FastAPI, service: Service) -> None:
    """Add the graphs' own routes before those that take any graph id."""
    add_graph_routes(app.router, service)
    for module in (graphs, runs, thread_state, threads, system):
        app.include_router(module.router, dependencies=needs_key)
    app.include_router(system.open_router)
