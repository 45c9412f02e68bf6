"""What a route may ask for, under one short name each.

All are `async def`: FastAPI sends a plain function through a thread, which costs more.
"""

from typing import Annotated

from fastapi import Depends, Path, Request

from app.auth import OwnerDep
from app.found_runs import FoundRun, RunFinder
from app.registry import GraphEntry, GraphRegistry
from app.runner import Runner
from app.schemas.thread_states import Name
from app.service import Service


async def get_service(request: Request) -> Service:
    service: Service = request.state.service
    return service


ServiceDep = Annotated[Service, Depends(get_service)]


async def get_registry(service: ServiceDep) -> GraphRegistry:
    return service.registry


async def get_runner(service: ServiceDep) -> Runner:
    return service.runner


async def get_finder(service: ServiceDep) -> RunFinder:
    return RunFinder(service.runner.live, service.database.runs)


FinderDep = Annotated[RunFinder, Depends(get_finder)]


async def get_run(run_id: Annotated[Name, Path()], finder: FinderDep, owner: OwnerDep) -> FoundRun:
    return await finder.get(run_id, owner=owner)


RunDep = Annotated[FoundRun, Depends(get_run)]
RegistryDep = Annotated[GraphRegistry, Depends(get_registry)]
RunnerDep = Annotated[Runner, Depends(get_runner)]


async def get_entry(graph_id: str, registry: RegistryDep) -> GraphEntry:
    return registry[graph_id]


EntryDep = Annotated[GraphEntry, Depends(get_entry)]
