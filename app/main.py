"""Puts the service together: `uvicorn --factory app.main:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TypedDict

from fastapi import FastAPI

from app.lifespan import open_service
from app.routes import graphs, system
from app.routes.problems import answer_with_problems
from app.routes.runs import graph_routes
from app.service import Service
from app.settings import Settings


class State(TypedDict):
    """What the lifespan hands to every request."""

    service: Service


def create_app(settings: Settings | None = None, service: Service | None = None) -> FastAPI:
    """Return the web application; a service that is already open is used and left open."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        if service is not None:
            _add_routes(app, service)
            yield {"service": service}
            return
        async with open_service(settings or Settings()) as opened:
            _add_routes(app, opened)
            yield {"service": opened}

    app = FastAPI(
        title="Fanjoin",
        version=version("fanjoin"),
        summary="Parallel LangGraph graphs over HTTP, and what every branch did.",
        lifespan=lifespan,
    )
    answer_with_problems(app)
    return app


def _add_routes(app: FastAPI, service: Service) -> None:
    """Add the graphs' own routes before those that take any graph id."""
    app.include_router(graph_routes(service.registry))
    app.include_router(graphs.router)
    app.include_router(system.router)
