"""`fanjoin doctor` as a person and as a script call it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.doctor.conftest import Doctor
from tests.app.cli.graph_files import write_graph, write_registry
from tests.model_server import ModelServer

pytestmark = pytest.mark.slow

NAMES = ["python", "settings", "graphs", "model", "database", "disk", "keys", "sources"]


def show(*options: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *options])


def test_sound_installation_exits_0_with_a_list_in_fixed_order(
    tmp_path: Path, doctor: Doctor, model_server: ModelServer
) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))

    status, found = doctor()

    assert status == 0
    assert [finding["name"] for finding in found] == NAMES
    assert {finding["status"] for finding in found[:-1]} == {"ok"}
    assert all(set(finding) == {"name", "status", "detail", "mend"} for finding in found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fan_out_0.py", "langgraph.json"]


def test_every_error_is_told_with_its_mend_and_no_secret_is(tmp_path: Path, doctor: Doctor) -> None:
    write_registry(tmp_path, tides="./tides.py:graph")
    (tmp_path / "tides.py").write_text("import os\nraise LookupError(os.environ['OPENAI_API_KEY'])")

    status, found = doctor(
        OPENAI_API_KEY="sk-very-private",
        OPENAI_BASE_URL="http://me:hushhush@127.0.0.1:9/v1",
        FANJOIN_MODEL="any",
        FANJOIN_PORT="abc",
        FANJOIN_API_KEYS="too-short-key",
        FANJOIN_DATABASE_URL="postgresql://me:hushhush@127.0.0.1:9/name",
    )

    assert status == 1
    wrong = [finding for finding in found if finding["status"] == "error"]
    assert [f["name"] for f in wrong] == ["settings", "settings", "graphs", "model", "database"]
    assert all(finding["mend"] for finding in wrong)
    assert [f["name"] for f in found if f["status"] == "skipped"] == ["keys", "sources"]
    assert "LookupError: ***" in str(found)
    for secret in ("sk-very-private", "hushhush", "too-short-key"):
        assert secret not in str(found)


def test_screen_shows_each_check_with_its_mend_and_counts(
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
    assert "mend: set OPENAI_API_KEY" in result.stdout
    assert result.stdout.endswith("0 errors, 1 warning\n")


def test_warning_fails_when_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))
    monkeypatch.setenv("FANJOIN_LOCAL_MODEL", "off")

    assert show("--strict").exit_code == 1
