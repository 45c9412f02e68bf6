"""`fanjoin model serve -- COMMAND` where there is no embedded model to serve."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

TELL = "import os, sys; sys.exit(7 if 'OPENAI_BASE_URL' not in os.environ else 1)"


def test_switched_off_model_lets_the_command_run_without_one(tmp_path: Path) -> None:
    environment = {**os.environ, "FANJOIN_LOCAL_MODEL": "off", "PYTHONPATH": str(ROOT)}

    result = subprocess.run(
        [sys.executable, "-m", "app", "model", "serve", "--", sys.executable, "-c", TELL],
        env=environment,
        cwd=tmp_path,
        check=False,
    )

    assert result.returncode == 7
