"""What the tests of the doctor stand on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.doctor.reading import Reading
from app.settings import Settings
from tests.app.cli.processes import REPOSITORY

Doctor = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def doctor(tmp_path: Path) -> Doctor:
    """`fanjoin doctor --json` as a script calls it: its exit status and what it found."""

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


def read_from(settings: Settings) -> Reading:
    return Reading(settings, [])
