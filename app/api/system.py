"""Ping, liveness, readiness and info."""

import logging
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from app.api.dependencies import ServiceDep
from app.api.problems import NEEDS_KEY, describe_problems
from app.errors import Stopping, StorageUnavailable, ThreadsStuck

logger = logging.getLogger(__name__)

router = APIRouter(tags=["system"], responses=describe_problems(s401=NEEDS_KEY))

open_router = APIRouter(tags=["system"])
"""What load balancers ask, without a key."""


@open_router.get("/ok")
async def read_ok() -> dict[str, bool]:
    """Ping."""
    return {"ok": True}


@open_router.get("/health/live")
async def read_live() -> dict[str, str]:
    """Liveness."""
    return {"status": "live"}


@open_router.get(
    "/health/ready",
    responses=describe_problems(
        s503="The service is stopping, its database is unavailable, or its threads are stuck."
    ),
)
async def read_ready(service: ServiceDep) -> dict[str, str | int]:
    """Readiness: the database answers, and the service accepts runs and has threads for them."""
    if service.runner.is_stopping:
        raise Stopping("the service is stopping", retry_after=5)
    threads, seconds = service.node_threads, service.settings.stuck_threads_seconds
    if threads.are_stuck(seconds=seconds):
        raise ThreadsStuck(
            f"each of the {threads.size} threads for plain def nodes (FANJOIN_NODE_THREADS) has "
            f"been busy with one call for over {seconds:g} s, and other calls wait: set a timeout "
            f"for what they call, and restart the service",
            retry_after=5,
        )
    try:
        await service.database.check()
    except StorageUnavailable as error:  # whose reason names the database's host: none for all
        logger.warning("the database does not answer", extra={"error": error.reason})
        raise StorageUnavailable("the database does not answer") from error
    return {"status": "ready", "graphs": len(service.registry)}


@router.get("/info")
async def read_info(service: ServiceDep) -> dict[str, Any]:
    """Return the version and the graphs."""
    settings = service.settings
    return {
        "name": "fanjoin",
        "version": version("fanjoin"),
        "langgraph_version": version("langgraph"),
        "environment": settings.environment,
        "embedded_model": settings.local_model if settings.wants_embedded_model else None,
        "graphs": list(service.registry),
    }
