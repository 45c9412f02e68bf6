"""Ping, liveness, readiness and info."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from app.api.dependencies import ServiceDep
from app.api.problems import NEEDS_KEY, describe_problems
from app.project import NAME, TITLE, VERSION
from app.redaction import redactor

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
        s503="The service is stopping, its database, checkpoints or embedded model do not answer, "
        "or its threads are stuck."
    ),
)
async def read_ready(service: ServiceDep) -> dict[str, str | int]:
    """Readiness: a run could be taken now. A 503 says what prevents it.

    `excluded` counts the graphs that cannot be served; `GET /info` says why.
    """
    await service.readiness.require()
    registry = service.registry
    return {"status": "ready", "graphs": len(registry), "excluded": len(registry.excluded)}


@router.get("/info")
async def read_info(service: ServiceDep) -> dict[str, Any]:
    """Return the version, the graphs, and why a graph is excluded."""
    settings, registry = service.settings, service.registry
    redact = redactor(settings.secrets)
    return {
        "name": NAME,
        "title": TITLE,
        "version": VERSION,
        "langgraph_version": version("langgraph"),
        "environment": settings.environment,
        "embedded_model": settings.local_model if settings.wants_embedded_model else None,
        "graphs": list(registry),
        "excluded": {graph_id: redact(why) for graph_id, why in registry.excluded.items()},
    }
