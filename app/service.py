"""Everything that lives as long as the service, typed."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from app.crons.repository import CronRepository
from app.env_files import declared_env
from app.execution.completion import Completion
from app.execution.crons import Crons
from app.execution.executor import hosting_graphs
from app.execution.handles import Runs
from app.execution.maintenance import Maintenance
from app.execution.obstacles import obstacle_of
from app.execution.readiness import Check, Readiness
from app.execution.recovery import Recovery
from app.execution.runner import Runner
from app.execution.scheduler import Scheduler
from app.execution.ticks import Ticks
from app.execution.worker import Worker
from app.graphs.registry import GraphRegistry, load_registry
from app.graphs.reload import inspect_anew
from app.local_llm.fetch import locate
from app.local_llm.machine import Machine, model_unavailable, require_able
from app.local_llm.server import ModelServer, serve_model
from app.redaction import redactor
from app.retention.sweeper import Sweeper
from app.runs.queue import QueuedRuns
from app.runs.repository import RunRepository
from app.runs.statistics import GraphStatistics
from app.setting_types import Price
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints
from app.storage.database import Database, open_database
from app.storage.locks import ServingLock, hold_serving_lock
from app.storage.migrate import migrate
from app.threads.repository import ThreadRepository
from app.threads.threads import Threads
from app.work.embedded import EmbeddedWork
from app.work.slots import Limits, Slots

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """Made by the lifespan, handed to every request."""

    settings: Settings
    registry: GraphRegistry
    runner: Runner
    worker: Worker
    runs: Runs
    crons: Crons
    scheduler: Scheduler
    statistics: GraphStatistics
    threads: Threads
    database: Database
    checkpoints: Checkpoints
    readiness: Readiness
    lock: ServingLock

    async def reload_graphs(self) -> list[str]:
        """Load the graphs anew, serve those that can be served, and say what is wrong with others.

        Where langgraph.json itself cannot be used, the graphs stay as they were.
        """
        inspection = await inspect_anew(self.settings.graphs_file)
        if not inspection.of_the_file:
            self.checkpoints.serde.know(inspection.types)
            self.registry.adopt(inspection.registry.with_store(self.checkpoints.store))
            self.worker.look_soon()  # runs may have waited for their graph
            self.scheduler.wake()
        return inspection.refusals


@asynccontextmanager
async def open_service(
    settings: Settings, *, may_lack_graphs: bool = False
) -> AsyncIterator[Service]:
    """Start the model, load the graphs, open the storage, recover unfinished runs.

    A service that may lack graphs starts without any that can be served, too.

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
        _export(_not_set(declared_env(settings.graphs_file)), stack)
        registry = await load_registry(
            settings.graphs_file,
            excludes_bad=settings.excludes_bad_graphs,
            may_be_empty=may_lack_graphs,
        )
        lock = await stack.enter_async_context(hold_serving_lock(settings))
        database = await _open_database(settings, lock, stack)
        checkpoints = await stack.enter_async_context(
            open_checkpoints(settings, registry.types, obstacle=lambda: lock.obstacle)
        )
        registry = registry.with_store(checkpoints.store)
        node_threads = stack.enter_context(hosting_graphs(threads=settings.node_threads))
        slots = Slots(
            Limits(
                settings.max_concurrent_runs,
                per_owner=settings.max_concurrent_runs_per_owner,
                per_graph=settings.max_concurrent_runs_per_graph,
            )
        )
        work = EmbeddedWork(slots)
        threads, queued_runs = ThreadRepository(database, work), QueuedRuns(database, work)
        runs = RunRepository(database, work, most_waiting=settings.max_waiting_runs_per_owner)
        completion = Completion(runs, checkpoints)
        runner = Runner(
            settings,
            prices={**_free(model), **settings.prices},
            runs=runs,
            queued_runs=queued_runs,
            slots=slots,
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
        sweeper = Sweeper(database, checkpoints, settings, work)
        stack.push_async_callback(runner.drain, 0)
        worker = Worker(runner, queued_runs, recovery, work)
        await stack.enter_async_context(worker.running())
        maintenance = Maintenance(
            runner, worker, database=database, runs=runs, queued_runs=queued_runs, threads=threads
        )
        await stack.enter_async_context(maintenance.running())
        lock.on_regained = maintenance.leave_claimed_runs
        await stack.enter_async_context(sweeper.running())
        handles = Runs(
            runner,
            runs,
            threads,
            registry=registry,
            checkpoints=checkpoints,
            recovery=recovery,
        )
        crons, redact = CronRepository(database), redactor(settings.secrets)
        ticks = Ticks(crons, handles, registry, redact)
        scheduler = Scheduler(crons, ticks)
        await stack.enter_async_context(scheduler.running())
        yield Service(
            settings,
            registry,
            runner,
            worker,
            handles,
            Crons(settings, crons, ticks, scheduler, threads),
            scheduler,
            GraphStatistics(database),
            Threads(threads, checkpoints, registry, redact),
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
    if settings.lacks_model_name:
        logger.warning(
            "OPENAI_BASE_URL is set, and FANJOIN_MODEL is not: graphs that name no model of their "
            "own will fail. Set it to the name of a model that the server offers."
        )
    if not settings.wants_embedded_model:
        return None
    path = locate(settings)
    if path is None:
        raise model_unavailable(
            f"the embedded model {settings.local_model} is not downloaded (`fanjoin model pull`)"
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


def _not_set(variables: dict[str, str]) -> dict[str, str]:
    """Return the variables that the environment lacks: an application of its own reads no file."""
    return {name: value for name, value in variables.items() if name not in os.environ}


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
