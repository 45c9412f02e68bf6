"""Opens what the service needs, in order, and closes it again."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal

from app.checkpoints import open_checkpointer
from app.keys import KeyRing
from app.local_llm.fetch import locate
from app.local_llm.machine import Machine, require_able
from app.local_llm.server import serve_model
from app.local_llm.unavailable import model_unavailable
from app.registry import load_registry
from app.runner import Runner
from app.service import Service
from app.settings import Price, Settings


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Start the model, load the graphs, open the storage.

    Raises:
        ModelUnavailable: the embedded model is wanted and cannot be started.
        InvalidGraphs: langgraph.json or a graph in it is not usable.
    """
    async with AsyncExitStack() as stack:
        _export({"FANJOIN_DATA_DIR": str(settings.data_dir)}, stack)
        free = await _offer_model(settings, stack)
        registry = await load_registry(settings.graphs_file)
        saver = await stack.enter_async_context(open_checkpointer(settings))
        runner = Runner(settings, prices={**free, **settings.prices}, checkpointer=saver)
        stack.push_async_callback(runner.drain, 0)
        keys = KeyRing([key.get_secret_value() for key in settings.api_keys])
        yield Service(settings, registry, runner, keys)


async def _offer_model(settings: Settings, stack: AsyncExitStack) -> dict[str, Price]:
    """Let the graphs find their model in the environment: the operator's, or the embedded one.

    Return the prices that are known without being told: the embedded model costs nothing.
    """
    if settings.has_remote_model:
        _export(settings.model_environment, stack)
    elif settings.wants_embedded_model:
        path = locate(settings)
        if path is None:
            raise model_unavailable(
                f"the embedded model {settings.local_model} is not here yet (`fanjoin model pull`)"
            )
        require_able(Machine.read(), weights_size=path.stat().st_size)
        endpoint = await stack.enter_async_context(serve_model(path))
        _export(endpoint.environment, stack)
        return {endpoint.model: Price(input=Decimal(0), output=Decimal(0))}
    return {}


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
