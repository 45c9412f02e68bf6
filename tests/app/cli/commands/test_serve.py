"""`fanjoin serve` and `fanjoin demo` as a person starts them: processes of their own."""

import signal
import socket
from pathlib import Path

import httpx2
import pytest

from tests.app.cli.graph_files import (
    FOR_EVER,
    LOW_FAILS,
    NO_EXAMPLE,
    write_graph,
    write_registry,
)
from tests.app.cli.processes import fanjoin
from tests.patience import SECONDS

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_registry(tmp_path, topic_brief=write_graph(tmp_path))
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_service_answers_until_a_signal_ends_it_cleanly(
    folder: Path, number: signal.Signals
) -> None:
    with fanjoin("serve", folder=folder) as process:
        answer = process.get("/ok")
        status = process.stop(number)

    assert answer.is_success
    assert status == 0
    assert "/docs" in process.output
    assert "Traceback" not in process.output


def test_signal_before_it_listens_ends_it_cleanly(folder: Path) -> None:
    released = folder / "released"
    slow = f"""
import pathlib, time
print("loading", flush=True)
while not pathlib.Path({str(released)!r}).exists():
    time.sleep(0.01)
"""
    graph = folder / "fan_out_0.py"
    graph.write_text(slow + graph.read_text())

    with fanjoin("serve", folder=folder) as process:
        process.wait_for("loading")
        process.send(signal.SIGINT)
        released.touch()
        status = process.wait()

    assert status == 0
    assert "Traceback" not in process.output
    assert "listens on" not in process.output


def test_second_signal_does_not_wait_for_running_requests(tmp_path: Path) -> None:
    write_registry(tmp_path, topic_brief=write_graph(tmp_path, high=FOR_EVER))
    (tmp_path / ".env").write_text("FANJOIN_GRACE_SECONDS=3600\n")

    with fanjoin("serve", folder=tmp_path) as process:
        url = f"{process.url()}/graphs/topic_brief/stream"
        body = {"input": {"topic": "tides"}}
        with httpx2.stream("POST", url, json=body, timeout=SECONDS) as answer:
            events = answer.iter_text()
            next(events)
            process.send(signal.SIGINT)
            process.wait_for("Ctrl-C ends them now")
            status = process.stop(signal.SIGINT)
            last = "".join(events)

    assert status == 128 + signal.SIGINT
    assert "event: end" in last
    assert "Traceback" not in process.output


def test_taken_port_is_told_with_the_setting_to_change(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with fanjoin("serve", "--port", port, folder=folder) as process:
            status = process.wait()

    assert status == 1
    assert port in process.output
    assert "FANJOIN_PORT" in process.output
    assert "Traceback" not in process.output


def test_broken_graphs_stop_the_start_with_every_problem(tmp_path: Path) -> None:
    write_registry(tmp_path, gone="./gone.py:graph", lost="./lost.py:graph")

    with fanjoin("serve", folder=tmp_path) as process:
        status = process.wait()

    assert status == 1
    assert "gone.py" in process.output
    assert "lost.py" in process.output
    assert "Traceback" not in process.output


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a model server, which the graphs here never ask."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("FANJOIN_MODEL", "nobody")


@pytest.mark.usefixtures("model")
def test_demo_shows_one_run_and_how_to_repeat_it_and_goes_on_serving(folder: Path) -> None:
    with fanjoin("demo", folder=folder) as process:
        url = process.url()
        answer = process.get("/ok")
        status = process.stop(signal.SIGINT)

    assert answer.is_success
    assert status == 0
    for words in ("high", "low", "critical path", "high and low", f"{url}/docs"):
        assert words in process.output
    assert f"curl -N {url}/graphs/topic_brief/stream" in process.output


@pytest.mark.usefixtures("model")
def test_demo_that_fails_names_the_branch_and_goes_on_serving(tmp_path: Path) -> None:
    write_registry(tmp_path, topic_brief=write_graph(tmp_path, low=LOW_FAILS))

    with fanjoin("demo", folder=tmp_path) as process:
        answer = process.get("/ok")

    assert answer.is_success
    assert "low: LookupError: no low tide today" in process.output


@pytest.mark.usefixtures("model")
def test_demo_without_its_graph_takes_the_first_that_documents_an_example(tmp_path: Path) -> None:
    write_registry(
        tmp_path,
        mute=write_graph(tmp_path, topic=NO_EXAMPLE),
        tides=write_graph(tmp_path),
        waves=write_graph(tmp_path),
    )

    with fanjoin("demo", folder=tmp_path) as process:
        url = process.url()

    assert "POST /graphs/tides/stream" in process.output
    assert f"curl -N {url}/graphs/tides/stream" in process.output
    assert "high and low" in process.output


@pytest.mark.usefixtures("model")
def test_demo_without_any_example_says_so_and_goes_on_serving(tmp_path: Path) -> None:
    write_registry(tmp_path, mute=write_graph(tmp_path, topic=NO_EXAMPLE))

    with fanjoin("demo", folder=tmp_path) as process:
        answer = process.get("/ok")

    assert answer.is_success
    assert "No demo, for no graph documents an example" in process.output


def test_demo_without_a_model_names_the_setting_and_goes_on_serving(folder: Path) -> None:
    with fanjoin("demo", folder=folder) as process:
        answer = process.get("/ok")

    assert answer.is_success
    assert "FANJOIN_LOCAL_MODEL is off; set OPENAI_API_KEY or OPENAI_BASE_URL" in process.output
    assert "POST /graphs" not in process.output


@pytest.mark.usefixtures("model")
def test_demo_of_a_service_with_keys_shows_its_own_and_never_prints_it(folder: Path) -> None:
    (folder / ".env").write_text("FANJOIN_API_KEYS=0123456789abcdef\n")

    with fanjoin("demo", folder=folder) as process:
        process.url()

    assert "high and low" in process.output
    assert "-H 'x-api-key: …'" in process.output
    assert "0123456789abcdef" not in process.output


@pytest.mark.usefixtures("model")
def test_signal_during_the_demo_ends_it_at_once(tmp_path: Path) -> None:
    write_registry(tmp_path, topic_brief=write_graph(tmp_path, high=FOR_EVER))
    (tmp_path / ".env").write_text("FANJOIN_GRACE_SECONDS=3600\n")

    with fanjoin("demo", folder=tmp_path) as process:
        process.wait_for("high started")
        status = process.stop(signal.SIGINT)

    assert status == 0
