"""The calls to the model end with what asked for them."""

import asyncio

import httpx2
import pytest

from app.settings import Settings
from tests.app import loop_clock
from tests.app.service_at_hand import opened
from tests.conftest import OWN_GRAPHS
from tests.live_server import PATIENCE_SECONDS, LiveServer, post_and_leave
from tests.model_answers import Answer
from tests.model_server import ModelServer

BODY = {"input": {"topic": "tidal power"}}
FOR_EVER = 3600
"""Seconds: a call that is not ended holds the test up until it fails."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The service over graphs that ask a model."""
    return settings.model_copy(update={"graphs_file": OWN_GRAPHS})


@pytest.mark.parametrize("action", ["invoke", "stream"])
def test_client_that_leaves_ends_the_model_calls(
    live_server: LiveServer, model_server: ModelServer, action: str
) -> None:
    model_server.answer(Answer(delay=FOR_EVER))

    path = f"/graphs/brief/{action}"
    post_and_leave(live_server, path, BODY, when=lambda: model_server.wait_for_calls(3))
    model_server.wait_until_idle()

    assert all(call.client_left for call in model_server.calls)


@pytest.mark.anyio
async def test_deadline_ends_the_model_calls(settings: Settings, model_server: ModelServer) -> None:
    model_server.answer(Answer(delay=FOR_EVER))

    async with opened(settings) as (client, _):
        body = {**BODY, "deadline_ms": 40_000}
        answering = asyncio.create_task(client.post("/graphs/brief/invoke", json=body))
        await asyncio.to_thread(model_server.wait_for_calls, 3)
        loop_clock.skip(seconds=45)
        response = await answering

    assert response.status_code == 504
    assert response.json()["error_type"] == "DeadlinePassed"
    model_server.wait_until_idle()
    assert all(call.client_left for call in model_server.calls)


def test_cancelled_run_ends_the_model_calls(
    live_server: LiveServer, model_server: ModelServer
) -> None:
    model_server.answer(Answer(delay=FOR_EVER))

    with httpx2.Client(base_url=live_server.url, timeout=PATIENCE_SECONDS) as client:
        run = client.post("/graphs/brief/runs", json=BODY).json()
        model_server.wait_for_calls(3)
        cancelled = client.post(f"/runs/{run['run_id']}/cancel")

    assert cancelled.json()["status"] == "cancelled"
    model_server.wait_until_idle()
    assert all(call.client_left for call in model_server.calls)
