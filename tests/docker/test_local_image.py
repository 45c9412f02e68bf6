"""The image that runs the embedded model: built, and its runtime loaded."""

import json
from pathlib import Path

import pytest

from tests.docker.conftest import CANARY
from tests.docker.container import Launch
from tests.docker.engine import Engine
from tests.docker.files_inside import LIST_FILES

pytestmark = pytest.mark.image


def test_local_image_can_run_the_embedded_model_and_holds_no_weights(
    local_engine: Engine, volume: str, secrets: Path
) -> None:
    command = f"import xllamacpp{LIST_FILES}"
    launch = Launch(("-c", command, CANARY), entrypoint="/venv/bin/python", user="0:0")

    with local_engine.run(launch, volume=volume, secrets=secrets) as container:
        status = container.wait()

    assert status == 0, container.output
    output = json.loads(container.output)
    assert output["holding"] == []
    assert [path for path in output["paths"] if path.endswith(".gguf")] == []
    assert local_engine.config()["User"] == "10001:10001"
    assert "FANJOIN_ENVIRONMENT=development" in local_engine.config()["Env"]
