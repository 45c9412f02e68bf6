"""docker/compose.yaml, rendered as `docker compose` would, and held against its specification,

whose schema comes with `check-jsonschema`: no engine is needed.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings
from tests.conftest import ROOT

COMPOSE = ROOT / "docker" / "compose.yaml"
OURS = ("fanjoin", "fanjoin-postgres", "migrate", "fanjoin-local")


def render(**environment: str) -> str:
    """Fill in `${NAME:-default}`, the one form of variable the file uses."""

    def value(match: re.Match[str]) -> str:
        return environment.get(match[1], match[2])

    rendered = re.sub(r"\$\{(\w+):-([^}]*)\}", value, COMPOSE.read_text())
    assert "$" not in rendered
    return rendered


def services(**environment: str) -> dict[str, dict[str, Any]]:
    loaded: dict[str, Any] = yaml.safe_load(render(**environment))
    services: dict[str, dict[str, Any]] = loaded["services"]
    return services


def test_file_is_what_the_compose_specification_allows(tmp_path: Path) -> None:
    rendered = tmp_path / "compose.json"
    rendered.write_text(json.dumps(yaml.safe_load(render())))
    check = str(Path(sys.executable).with_name("check-jsonschema"))

    command = [check, "--builtin-schema", "vendor.compose-spec", str(rendered)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_service_names_is_there_and_what_is_there_is_named() -> None:
    loaded = yaml.safe_load(render())

    used = loaded["services"].values()
    volumes = {volume.split(":")[0] for service in used for volume in service["volumes"]}
    assert volumes == set(loaded["volumes"])
    assert {name for service in used for name in service["secrets"]} == set(loaded["secrets"])
    assert {*OURS, "database"} == set(loaded["services"])


def test_address_to_publish_on_can_be_chosen() -> None:
    assert services(FANJOIN_PUBLISH="80")["fanjoin"]["ports"] == ["80:8000"]


def test_a_plain_up_starts_one_process_over_sqlite() -> None:
    started = {name for name, service in services().items() if not service.get("profiles")}

    assert started == {"fanjoin"}
    assert "FANJOIN_DATABASE_URL" not in services()["fanjoin"]["environment"]
    assert services()["fanjoin"]["volumes"] == ["data:/data"]


def test_each_profile_brings_all_that_its_service_waits_for() -> None:
    for name, service in services().items():
        for other in service.get("depends_on", {}):
            assert set(service["profiles"]) <= set(services()[other]["profiles"]), (name, other)


@pytest.mark.parametrize("name", OURS)
def test_services_of_ours_can_do_no_more_than_they_must(name: str) -> None:
    service = services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_secrets_come_by_file_and_no_variable_holds_one() -> None:
    loaded = yaml.safe_load(render())

    assert all(
        secret == {"file": f"./secrets/{name}"} for name, secret in loaded["secrets"].items()
    )
    for name, service in loaded["services"].items():
        for variable in service.get("environment", {}):
            assert variable not in loaded["secrets"], name


def test_stopping_leaves_the_runs_under_way_their_grace() -> None:
    grace = Settings(_env_file=None).grace_seconds

    waits = [services()[name]["stop_grace_period"] for name in OURS]

    assert all(int(wait.removesuffix("s")) > grace + 5 for wait in waits)


def test_tables_are_migrated_once_and_before_the_service_starts() -> None:
    postgres, migrate = services()["fanjoin-postgres"], services()["migrate"]

    assert postgres["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert postgres["environment"] == migrate["environment"]
    assert postgres["environment"]["FANJOIN_MIGRATE_AT_START"] == "false"
    assert (migrate["command"], migrate["restart"]) == (["migrate"], "no")


def test_database_is_healthy_only_once_it_listens_to_others() -> None:
    assert "--host=127.0.0.1" in services()["database"]["healthcheck"]["test"]


def test_secrets_of_a_clone_are_not_committed() -> None:
    ignored = Path(COMPOSE.parent / "secrets" / ".gitignore").read_text().split()

    assert ignored == ["*", "!.gitignore"]
