"""The service, started and stopped inside another process."""

import gc
import threading

import psutil
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def held_open() -> tuple[set[int], set[str], set[threading.Thread]]:
    """The sockets, files and threads of this process."""
    this = psutil.Process()
    sockets = {one.fd for one in this.net_connections("all")}
    return sockets, {one.path for one in this.open_files()}, set(threading.enumerate())


def test_stopped_service_leaves_no_socket_file_or_thread(stored_settings: Settings) -> None:
    gc.collect()
    before = held_open()

    with TestClient(create_app(stored_settings)) as client:
        answer = client.post("/graphs/scripted/invoke", json={"input": {}, "thread_id": "one"})
        during = held_open()
    after = held_open()

    assert answer.status_code == 200
    assert during != before
    assert after == before


@pytest.mark.parametrize(("model", "warnings"), [(None, 1), ("qwen3", 0)])
def test_model_server_without_a_models_name_is_said_at_start(
    settings: Settings, caplog: pytest.LogCaptureFixture, model: str | None, warnings: int
) -> None:
    settings = settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9", "model": model})

    with TestClient(create_app(settings)):
        pass

    said = [message for message in caplog.messages if "FANJOIN_MODEL is not" in message]
    assert len(said) == warnings
