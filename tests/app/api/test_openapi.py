"""The OpenAPI document held against the service by Schemathesis."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from app.settings import Settings
from tests.conftest import SERVED_GRAPHS
from tests.live_server import PATIENCE_SECONDS, serve

KEY = "k" * 24
CHECKED = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Not `not_a_server_error`: a run that fails is a documented 502."""

BOUNDS = bounds(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture(scope="module")
def api_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two graphs of every kind of route, with runs too short to stall."""
    folder = tmp_path_factory.mktemp("openapi")
    declared = json.loads(SERVED_GRAPHS.read_text())["graphs"]
    graphs = {
        name: f"{SERVED_GRAPHS.parent / Path(declared[name]['path'])}"
        for name in ("scripted", "chat")
    }
    file = folder / "langgraph.json"
    file.write_text(json.dumps({"graphs": graphs}))
    settings = Settings(
        _env_file=None,
        graphs_file=file,
        data_dir=folder,
        local_model="off",
        run_timeout_seconds=0.5,
        api_keys=KEY,
    )
    with serve(create_app(settings)) as server:
        yield schemathesis.openapi.from_url(
            f"{server.url}/openapi.json", headers={"x-api-key": KEY}
        )


@pytest.mark.slow
# The service beside the test, in a thread of this process, may use `random` at any time.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("generate", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_a_documented_one(api_schema: Any, generate: GenerationMode) -> None:
    for result in api_schema.get_all_operations():
        operation = result.ok()
        # Only a graph's own body has a schema that much can be wrong with.
        can_be_negated = operation.method == "post" and operation.path.startswith("/graphs/")
        if can_be_negated or generate is GenerationMode.POSITIVE:
            hold_to_the_document(operation, generate)


def hold_to_the_document(operation: Any, mode: GenerationMode) -> None:
    @BOUNDS
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        headers = {"x-api-key": KEY}
        case.call_and_validate(checks=CHECKED, headers=headers, timeout=PATIENCE_SECONDS)

    check()
