"""The calls to the model end with what asked for them."""

import time

import httpx2
import pytest

from app.settings import Settings
from tests.conftest import ROOT
from tests.live_server import LiveServer, post_and_leave
from tests.model_answers import Answer
from tests.model_server import ModelServer

BODY = {"input": {"topic": "tidal power"}}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The project's own graphs."""
    return settings.model_copy(update={"graphs_file": ROOT / "langgraph.json"})


@pytest.mark.parametrize("action", ["invoke", "stream"])
def test_client_that_leaves_ends_the_model_calls_within_a_second(
    live_server: LiveServer, model_server: ModelServer, action: str
) -> None:
    model_server.answer(Answer(delay=30))

    path = f"/graphs/topic_brief/{action}"
    post_and_leave(live_server, path, BODY, when=lambda: model_server.wait_for_calls(3))
    left = time.monotonic()
    model_server.wait_until_idle()

    assert all(call.client_left for call in model_server.calls)
    assert max(call.ended or 0.0 for call in model_server.calls) - left < 1


def test_deadline_ends_the_model_calls(live_server: LiveServer, model_server: ModelServer) -> None:
    model_server.answer(Answer(delay=30))

    response = httpx2.post(
        f"{live_server.url}/graphs/topic_brief/invoke", json={**BODY, "deadline_ms": 1000}
    )

    assert response.status_code == 504
    assert response.json()["error_type"] == "DeadlinePassed"
    model_server.wait_until_idle()
    assert all(call.client_left for call in model_server.calls)


def test_cancelled_run_ends_the_model_calls(
    live_server: LiveServer, model_server: ModelServer
) -> None:
    model_server.answer(Answer(delay=30))
    url = live_server.url

    run = httpx2.post(f"{url}/graphs/topic_brief/runs", json=BODY).json()
    model_server.wait_for_calls(3)
    cancelled = httpx2.post(f"{url}/runs/{run['run_id']}/cancel")

    assert cancelled.json()["status"] == "cancelled"
    model_server.wait_until_idle()
    assert all(call.client_left for call in model_server.calls)
