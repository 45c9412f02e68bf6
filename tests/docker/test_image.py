"""The image as it is deployed: built, run with a read-only root, asked, stopped.

In the order of a deployment; `make image-test` ends at the first promise that is not kept.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.api.page import FILES
from app.project import TITLE
from tests.docker.bridge import bridge_to
from tests.docker.conftest import CANARY
from tests.docker.container import Container, Launch
from tests.docker.engine import Engine
from tests.docker.files_inside import LIST_FILES
from tests.model_answers import Answer
from tests.model_server import MODEL, ModelServer
from tests.postgres import PostgresServer

pytestmark = pytest.mark.image

MOST_MIB_ABOVE_BASE = 200
MOST_SECONDS_TO_READY = 3.0
"""Of processor time: the clock of a machine that does something else says nothing of the image."""

STARTS = 3

TEXT = {"input": {"text": "many hands make light work"}}


@pytest.fixture
def service(engine: Engine, volume: str, secrets: Path) -> Iterator[Container]:
    with engine.run(Launch(), volume=volume, secrets=secrets) as container:
        container.wait_until_ready()
        yield container


@pytest.fixture
def database_url_of_tcp(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database, at an address that a container reaches."""
    with postgres_server.fresh_database(is_migrated=False) as address:
        url = make_url(address)
        with bridge_to(f"{url.query['host']}/.s.PGSQL.5432") as port:
            yield f"postgresql://{url.username}@127.0.0.1:{port}/{url.database}"


def test_image_says_what_it_is_and_runs_as_nobody_in_particular(engine: Engine) -> None:
    config = engine.config()

    assert config["User"] == "10001:10001"
    assert (config["Entrypoint"], config["Cmd"]) == (["fanjoin"], ["serve"])
    assert config["Healthcheck"]["Test"] == ["CMD", "fanjoin", "health"]
    assert set(config["Volumes"]) == {"/data"}
    assert config["Labels"]["org.opencontainers.image.title"] == TITLE
    assert config["Labels"]["org.opencontainers.image.licenses"] == "MIT"


def test_image_adds_little_to_its_base(engine: Engine, figures: dict[str, str]) -> None:
    added = engine.bytes_above_base() / 2**20

    figures["above its base"] = f"{added:.0f} MiB of at most {MOST_MIB_ABOVE_BASE}"
    assert added <= MOST_MIB_ABOVE_BASE


def test_no_secret_cache_test_or_build_tool_is_inside(
    engine: Engine, volume: str, secrets: Path, figures: dict[str, str]
) -> None:
    listing = Launch(("-c", LIST_FILES, CANARY), entrypoint="/venv/bin/python", user="0:0")

    with engine.run(listing, volume=volume, secrets=secrets) as container:
        status = container.wait()

    assert status == 0, container.output
    output = json.loads(container.output)
    figures["files inside"] = str(len(output["paths"]))
    assert output["holding"] == []
    assert [path for path in output["paths"] if _has_no_place(path)] == []


def _has_no_place(path: str) -> bool:
    parts = Path(path).parts
    is_ours = parts[1] in ("app", "venv")
    is_tool = Path(path).name in ("pip", "pip3", "uv", "gcc", "cc", "ld", "strip", "make", "git")
    is_package = "site-packages" in parts and "pip" in parts
    is_cache = ".cache" in parts or path.endswith((".whl", ".deb"))
    is_test = is_ours and bool({"tests", "test"} & set(parts[2:]))
    is_local = is_ours and (parts[-1].startswith(".env") or bool({".git", ".data"} & set(parts)))
    return is_tool or is_package or is_cache or is_test or is_local


def test_without_a_key_the_service_does_not_start(
    engine: Engine, volume: str, secrets: Path
) -> None:
    (secrets / "FANJOIN_API_KEYS").unlink()

    with engine.run(Launch(), volume=volume, secrets=secrets) as container:
        status = container.wait()

    assert status == 2
    assert "set FANJOIN_API_KEYS" in container.output


def test_service_is_ready_soon(
    engine: Engine, volume: str, secrets: Path, figures: dict[str, str]
) -> None:
    waited, spent = [], []

    for _ in range(STARTS):
        with engine.run(Launch(), volume=volume, secrets=secrets) as service:
            waited.append(service.wait_until_ready())
            spent.append(engine.processor_seconds(service))

    figures["start to ready"] = (
        f"{min(spent):.1f} s of processor time of at most {MOST_SECONDS_TO_READY:g}, "
        f"{min(waited):.1f} s on the clock"
    )
    assert min(spent) <= MOST_SECONDS_TO_READY


def test_service_runs_a_graph_for_those_with_a_key(service: Container) -> None:
    refused = service.post("/graphs/two_tasks/invoke", TEXT, key=None)
    answer = service.post("/graphs/two_tasks/invoke", TEXT)

    assert refused.status_code == 401
    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    assert "5 words" in json.dumps(answer.json()["output"])


def test_every_file_of_the_page_is_in_the_image(service: Container) -> None:
    statuses = {name: service.get(f"/page/{name}").status_code for name in FILES}

    assert set(statuses.values()) == {200}


def test_service_streams_a_run_to_its_end(service: Container) -> None:
    events = service.events("/graphs/two_tasks/stream", TEXT)

    assert events[0][0] == "run_started"
    assert events[-1][0] == "end"
    assert events[-1][1]["status"] == "success"


def test_health_is_asked_through_the_command_line(engine: Engine, service: Container) -> None:
    status, output = engine.inside(service, "fanjoin", "health")

    assert status == 0, output
    assert output.startswith("ready: ")


def test_doctor_finds_the_image_sound(engine: Engine, volume: str, secrets: Path) -> None:
    with engine.run(Launch(("doctor", "--json")), volume=volume, secrets=secrets) as container:
        status = container.wait()

    output = json.loads(container.output)
    sound = {one["name"] for one in output if one["status"] == "ok"}
    assert status == 0, container.output
    assert sound >= {"python", "settings", "graphs", "database", "disk", "keys"}


def test_doctor_looks_at_the_service_from_beside_it(engine: Engine, service: Container) -> None:
    status, output = engine.inside(service, "fanjoin", "doctor", "--json")

    assert status == 0, output
    assert "a service uses it" in output


def test_first_process_ends_at_sigterm_before_it_serves(
    engine: Engine, volume: str, secrets: Path
) -> None:
    starting = (
        "import app.cli, time; app.cli.heed_sigterm(); print('up', flush=True); time.sleep(99)"
    )
    launch = Launch(("-c", starting), entrypoint="/venv/bin/python")

    with engine.run(launch, volume=volume, secrets=secrets) as container:
        container.wait_for("up")
        status = container.stop()

    assert status == 143


def test_only_the_volume_can_be_written_to(engine: Engine, service: Container) -> None:
    written = {
        folder: engine.inside(service, "python3", "-c", f"open('{folder}/x', 'w')")[0] == 0
        for folder in ("/", "/app", "/venv", "/etc", "/tmp", "/data")
    }

    assert written == {folder: folder == "/data" for folder in written}


def test_thread_survives_a_stop_and_a_restart(
    engine: Engine, volume: str, secrets: Path, figures: dict[str, str]
) -> None:
    thread = "00000000-0000-4000-8000-000000000007"
    with engine.run(Launch(), volume=volume, secrets=secrets) as first:
        first.wait_until_ready()
        run = first.post("/graphs/two_tasks/invoke", {**TEXT, "thread_id": thread}).json()
        status = first.stop()

    with engine.run(Launch(), volume=volume, secrets=secrets) as second:
        second.wait_until_ready()
        state = second.get(f"/threads/{thread}/state")
        stored = second.get(f"/runs/{run['run_id']}")

    assert status == 0, first.output
    assert "Traceback" not in first.output
    assert state.status_code == 200
    assert state.json()["values"]["text"] == TEXT["input"]["text"]
    assert stored.json()["status"] == "success"


def test_sigterm_lets_the_run_under_way_end(
    engine: Engine, volume: str, secrets: Path, model_server: ModelServer, figures: dict[str, str]
) -> None:
    model_server.answer(Answer(delay=1.5))
    (secrets / "OPENAI_API_KEY").write_text("test-key")
    asks_model = Launch(env={"OPENAI_BASE_URL": model_server.base_url, "FANJOIN_MODEL": MODEL})

    with (
        engine.run(asks_model, volume=volume, secrets=secrets) as service,
        ThreadPoolExecutor() as callers,
    ):
        service.wait_until_ready()
        body = {"input": {"topic": "tidal power"}}
        answering = callers.submit(service.post, "/graphs/brief/invoke", body)
        model_server.wait_for_calls(1)
        start = time.monotonic()
        status = service.stop()
        seconds = time.monotonic() - start
        answer = answering.result()

    figures["SIGTERM to end"] = f"{seconds:.1f} s, with a run under way"
    assert answer.json()["status"] == "success"
    assert status == 0, service.output
    assert "Traceback" not in service.output


def test_one_image_migrates_and_then_serves_from_postgresql(
    engine: Engine, volume: str, secrets: Path, database_url_of_tcp: str
) -> None:
    env = {"FANJOIN_DATABASE_URL": database_url_of_tcp, "FANJOIN_MIGRATE_AT_START": "false"}

    with engine.run(Launch(("migrate",), env), volume=volume, secrets=secrets) as migrate:
        migrated = migrate.wait()
    with engine.run(Launch(env=env), volume=volume, secrets=secrets) as service:
        service.wait_until_ready()
        answer = service.post("/graphs/two_tasks/invoke", TEXT)

    assert migrated == 0, migrate.output
    assert "went from nothing to" in migrate.output
    assert answer.json()["status"] == "success"
