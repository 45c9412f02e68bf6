"""docker/Dockerfile and .dockerignore, as they are read."""

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

DOCKERFILE = ROOT / "docker" / "Dockerfile"


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_uv_is_the_one_that_make_installs() -> None:
    (version,) = re.findall(r"^ARG UV_VERSION=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE)

    assert f"uv=={version}\n" in (ROOT / "Makefile").read_text()


def test_build_context_is_what_the_image_copies_and_no_more() -> None:
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()
    assert all((ROOT / name).exists() for name in allowed)
    assert not {"tests", "docker", ".git", ".env"} & set(allowed)


def test_service_is_what_a_build_without_a_target_makes() -> None:
    stages = re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE.read_text(), re.MULTILINE)

    assert stages[-1] == "service"
    assert "local" in stages


def test_base_can_be_named_and_is_a_slim_python() -> None:
    bases = re.findall(r"^FROM (\S+) AS", DOCKERFILE.read_text(), re.MULTILINE)

    assert re.search(r"^ARG BASE=python:3\.\d+-slim", DOCKERFILE.read_text(), re.MULTILINE)
    assert set(bases) == {"${BASE}", "build", "runtime"}
