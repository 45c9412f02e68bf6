"""Variables in files: what a command, and the service under uvicorn, find in their settings."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli.environment import load_settings
from app.cli.typer_app import cli
from app.env_files import UnreadableVariables
from app.main import create_app
from tests.conftest import SERVED_GRAPHS


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of secrets; what it sets is unset after the test."""
    monkeypatch.chdir(tmp_path)
    for name in ("FANJOIN_API_KEYS", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("FANJOIN_SECRETS_DIR", str(tmp_path / "secrets"))
    (tmp_path / "secrets").mkdir()
    return tmp_path / "secrets"


def test_file_is_the_variable_of_its_name(secrets: Path) -> None:
    (secrets / "FANJOIN_API_KEYS").write_text("a-key-of-sixteen-signs,another-key-of-many-signs\n")
    (secrets / "OPENAI_API_KEY").write_text("sk-test\n")

    settings = load_settings()

    assert settings.secrets == ["a-key-of-sixteen-signs", "another-key-of-many-signs", "sk-test"]


def test_variable_overrules_its_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "OPENAI_API_KEY").write_text("of-the-file")
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-variable")

    assert load_settings().secrets == ["of-the-variable"]


def test_secret_file_overrules_the_env_file(secrets: Path) -> None:
    (secrets / "OPENAI_API_KEY").write_text("of-the-secret")
    Path(".env").write_text("OPENAI_API_KEY=of-the-env-file\n")

    assert load_settings().secrets == ["of-the-secret"]


def test_what_is_no_variable_is_passed_over(secrets: Path) -> None:
    (secrets / "rhsm.conf").write_bytes(b"\xff")
    (secrets / "OPENAI_API_KEY").mkdir()

    assert load_settings().secrets == []


def test_folder_that_is_not_there_holds_no_secrets(
    tmp_path: Path, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_SECRETS_DIR", str(tmp_path / "nowhere"))

    assert load_settings().secrets == []


@pytest.mark.parametrize("content", [b"sk-\xff\xfe", b"sk-\0"], ids=["no text", "no variable"])
def test_secret_that_cannot_be_used_is_named_without_its_contents(
    content: bytes, secrets: Path
) -> None:
    (secrets / "OPENAI_API_KEY").write_bytes(content)

    with pytest.raises(
        UnreadableVariables, match=r"The secrets cannot be used: .*/OPENAI_API_KEY"
    ) as raised:
        load_settings()

    assert "sk-" not in str(raised.value)


@pytest.mark.usefixtures("secrets")
def test_env_file_that_is_no_text_is_told() -> None:
    Path(".env").write_bytes(b"\xff")

    with pytest.raises(UnreadableVariables, match=r"\.env cannot be read: it is not UTF-8"):
        load_settings()


def test_service_under_uvicorn_finds_its_secrets_too(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_ENVIRONMENT", "production")
    monkeypatch.setenv("FANJOIN_GRAPHS_FILE", str(SERVED_GRAPHS))
    (secrets / "FANJOIN_API_KEYS").write_text("a-key-of-sixteen-signs\n")
    (secrets / "OPENAI_API_KEY").write_text("sk-test\n")

    with TestClient(create_app()) as client:
        refused = client.get("/graphs")
        answer = client.get("/graphs", headers={"x-api-key": "a-key-of-sixteen-signs"})

    assert (refused.status_code, answer.status_code) == (401, 200)


def test_commands_tell_of_a_secret_without_a_traceback(secrets: Path) -> None:
    (secrets / "OPENAI_API_KEY").write_bytes(b"\xff")

    result = CliRunner().invoke(cli, ["health"])

    assert result.exit_code == 2
    assert "The secrets cannot be used" in result.stderr
