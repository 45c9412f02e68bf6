"""`fanjoin doctor` as a person and as a script call it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import REPOSITORY
from tests.model_server import ModelServer

pytestmark = pytest.mark.slow

NAMES = ["python", "settings", "graphs", "model", "database", "disk", "keys", "sources"]

Doctor = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def doctor(tmp_path: Path) -> Doctor:
    """`fanjoin doctor --json` as a script calls it: its exit status and its findings."""

    def call(*options: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
        ended = subprocess.run(
            [sys.executable, "-m", "app", "doctor", "--json", *options],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in ended.stderr
        return ended.returncode, json.loads(ended.stdout)

    return call


def show(*options: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *options])


def test_sound_installation_exits_0_with_a_list_in_fixed_order(
    tmp_path: Path, doctor: Doctor, model_server: ModelServer
) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))

    status, findings = doctor()

    assert status == 0
    assert [finding["name"] for finding in findings] == NAMES
    assert {finding["status"] for finding in findings[:-1]} == {"ok"}
    assert all(set(finding) == {"name", "status", "detail", "fix"} for finding in findings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fan_out_0.py", "langgraph.json"]


def test_every_error_has_a_fix_and_no_secret_is_shown(tmp_path: Path, doctor: Doctor) -> None:
    write_registry(tmp_path, tides="./tides.py:graph")
    (tmp_path / "tides.py").write_text("import os\nraise LookupError(os.environ['OPENAI_API_KEY'])")

    status, findings = doctor(
        OPENAI_API_KEY="sk-very-private",
        OPENAI_BASE_URL="http://me:hushhush@127.0.0.1:9/v1",
        FANJOIN_MODEL="any",
        FANJOIN_PORT="abc",
        FANJOIN_API_KEYS="too-short-key",
        FANJOIN_DATABASE_URL="postgresql://me:hushhush@127.0.0.1:9/name",
    )

    assert status == 1
    wrong = [finding for finding in findings if finding["status"] == "error"]
    assert [f["name"] for f in wrong] == ["settings", "settings", "graphs", "model", "database"]
    assert all(finding["fix"] for finding in wrong)
    assert [f["name"] for f in findings if f["status"] == "skipped"] == ["keys", "sources"]
    assert "LookupError: ***" in str(findings)
    for secret in ("sk-very-private", "hushhush", "too-short-key"):
        assert secret not in str(findings)


def test_graph_file_that_prints_and_hangs_ends_with_its_check(
    tmp_path: Path, doctor: Doctor
) -> None:
    write_registry(tmp_path, endless="./endless.py:graph")
    (tmp_path / "endless.py").write_text("import threading\nprint('[]')\nthreading.Event().wait()")

    status, findings = doctor("--seconds", "1")

    assert status == 1
    assert "not done after 1 s" in [f["detail"] for f in findings if f["name"] == "graphs"]


def test_screen_shows_each_check_with_its_fix_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))
    monkeypatch.setenv("FANJOIN_LOCAL_MODEL", "off")

    result = show()

    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    signs = {line[1]: line[0] for line in lines if line[1:2] and line[1] in NAMES}
    assert set(signs) == set(NAMES)
    assert (signs["graphs"], signs["model"], signs["sources"]) == ("✓", "▲", "-")
    assert "fix: set OPENAI_API_KEY" in result.stdout
    assert result.stdout.endswith("0 errors, 1 warning\n")


def test_warning_fails_when_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))
    monkeypatch.setenv("FANJOIN_LOCAL_MODEL", "off")

    assert show("--strict").exit_code == 1
