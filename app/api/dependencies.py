"""What a route may ask for, under one short name each.

All are `async def`: FastAPI sends a plain function through a thread, which costs more.
"""

from typing import Annotated

from fastapi import Depends, Path, Request

from app.api.auth import OwnerDep
from app.api.fields import Name
from app.execution.run_handle import RunHandle
from app.graphs.registry import GraphEntry, GraphRegistry
from app.service import Service


async def get_service(request: Request) -> Service:
    service: Service = request.state.service
    return service


ServiceDep = Annotated[Service, Depends(get_service)]


async def get_registry(service: ServiceDep) -> GraphRegistry:
    return service.registry


async def get_run(
    run_id: Annotated[Name, Path()], service: ServiceDep, owner: OwnerDep
) -> RunHandle:
    return await service.runs.get(run_id, owner=owner)


RunDep = Annotated[RunHandle, Depends(get_run)]

RegistryDep = Annotated[GraphRegistry, Depends(get_registry)]


async def get_entry(graph_id: str, registry: RegistryDep) -> GraphEntry:
    return registry[graph_id]


EntryDep = Annotated[GraphEntry, Depends(get_entry)]
