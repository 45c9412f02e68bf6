"""LangGraph's own suite for savers, on ours as the runner gets them."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance import checkpointer_test, validate

from app.settings import Settings
from app.storage.checkpoints import open_checkpoints

pytestmark = pytest.mark.anyio


async def test_savers_do_all_that_langgraph_asks_of_one_and_prune(stored: Settings) -> None:
    @checkpointer_test(name="as wired")
    async def saver() -> AsyncGenerator[BaseCheckpointSaver[Any], None]:
        async with open_checkpoints(stored) as checkpoints:
            yield checkpoints.for_run("me")

    report = await validate(saver)

    failures = {name: result.failures for name, result in report.results.items()}
    assert {name: failed for name, failed in failures.items() if failed} == {}
    assert report.passed_all_base()
    assert report.results["prune"].passed
