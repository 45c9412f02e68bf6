"""Everything that lives as long as the service, typed."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from app.execution.completion import Completion
from app.execution.executor import hosting_graphs
from app.execution.handles import Runs
from app.execution.maintenance import Maintenance
from app.execution.obstacles import obstacle_of
from app.execution.readiness import Check, Readiness
from app.execution.recovery import Recovery
from app.execution.runner import Runner
from app.graphs.registry import GraphRegistry, load_registry
from app.local_llm.fetch import locate
from app.local_llm.machine import Machine, model_unavailable, require_able
from app.local_llm.server import ModelServer, serve_model
from app.redaction import redactor
from app.retention.sweeper import Sweeper
from app.runs.repository import RunRepository
from app.setting_types import Price
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints
from app.storage.database import Database, open_database
from app.storage.locks import ServingLock, hold_serving_lock
from app.storage.migrate import migrate
from app.threads.repository import ThreadRepository
from app.threads.threads import Threads


@dataclass(frozen=True)
class Service:
    """Made by the lifespan, handed to every request."""

    settings: Settings
    registry: GraphRegistry
    runner: Runner
    runs: Runs
    threads: Threads
    database: Database
    checkpoints: Checkpoints
    readiness: Readiness
    lock: ServingLock


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Start the model, load the graphs, open the storage, recover unfinished runs.

    Raises:
        ModelUnavailable: the embedded model is wanted and cannot be started.
        InvalidGraphs: langgraph.json or a graph in it is not usable.
        AlreadyServed: another process serves from the database.
        BehindMigrations: the database's tables are not those of this version.
        StorageUnavailable: the database does not answer.
    """
    async with AsyncExitStack() as stack:
        _export({"FANJOIN_DATA_DIR": str(settings.data_dir)}, stack)
        model = await _offer_model(settings, stack)
        registry = await load_registry(settings.graphs_file)
        lock = await stack.enter_async_context(hold_serving_lock(settings))
        database = await _open_database(settings, lock, stack)
        checkpoints = await stack.enter_async_context(
            open_checkpoints(settings, registry.types, obstacle=lambda: lock.obstacle)
        )
        registry = registry.with_store(checkpoints.store)
        node_threads = stack.enter_context(hosting_graphs(threads=settings.node_threads))
        runs, threads = RunRepository(database), ThreadRepository(database)
        completion = Completion(runs, checkpoints)
        runner = Runner(
            settings,
            prices={**_free(model), **settings.prices},
            database=database,
            checkpoints=checkpoints,
            completion=completion,
            obstacle=obstacle_of(lock, database, model),
        )
        readiness = Readiness(
            runner,
            node_threads,
            _checks(database, checkpoints, model),
            stuck_seconds=settings.stuck_threads_seconds,
        )
        stack.push_async_callback(readiness.close)
        recovery = Recovery(
            settings, registry=registry, runner=runner, runs=runs, completion=completion
        )
        sweeper = Sweeper(database, checkpoints, settings)
        stack.push_async_callback(runner.drain, 0)
        maintenance = Maintenance(runner, database, recovery)
        await stack.enter_async_context(maintenance.running())
        lock.on_regained = maintenance.leave_claimed_runs
        await stack.enter_async_context(sweeper.running())
        yield Service(
            settings,
            registry,
            runner,
            Runs(runner, runs, threads, registry=registry, checkpoints=checkpoints),
            Threads(threads, checkpoints, registry, redactor(settings.secrets)),
            database,
            checkpoints,
            readiness,
            lock,
        )


async def _open_database(settings: Settings, lock: ServingLock, stack: AsyncExitStack) -> Database:
    """Bring the tables up to date, and open them."""
    if settings.migrate_at_start:
        await migrate(settings)
    return await stack.enter_async_context(open_database(settings, lambda: lock.obstacle))


async def _offer_model(settings: Settings, stack: AsyncExitStack) -> ModelServer | None:
    """Let the graphs find their model in the environment: the operator's, or the embedded one.

    Return the server of the embedded model, if that is the one.
    """
    if settings.has_remote_model:
        _export(settings.model_environment, stack)
    if not settings.wants_embedded_model:
        return None
    path = locate(settings)
    if path is None:
        raise model_unavailable(
            f"the embedded model {settings.local_model} is not here yet (`fanjoin model pull`)"
        )
    require_able(Machine.read(), weights_size=path.stat().st_size)
    server = await stack.enter_async_context(serve_model(path))
    _export(server.endpoint.environment, stack)
    return server


def _checks(
    database: Database, checkpoints: Checkpoints, model: ModelServer | None
) -> list[tuple[str, Check]]:
    """Return whom a run needs, in the order in which readiness asks them."""
    needed: list[tuple[str, Check]] = [
        ("the database", database.check_for_a_run),
        ("the checkpoints' database", checkpoints.check),
    ]
    return [*needed, ("the embedded model", model.check)] if model is not None else needed


def _free(model: ModelServer | None) -> dict[str, Price]:
    """Return the prices that are known without a setting: the embedded model costs nothing."""
    return (
        {} if model is None else {model.endpoint.model: Price(input=Decimal(0), output=Decimal(0))}
    )


def _export(variables: dict[str, str], stack: AsyncExitStack) -> None:
    """Set environment variables until the service closes."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)

    def restore() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    stack.callback(restore)
