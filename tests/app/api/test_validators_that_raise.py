"""A validator with a mistake is the caller's error on the way in, the graph's on the way out."""

import httpx2
import pytest

from tests.app.api.strict_graphs import MISTAKES
from tests.app.api.test_refusals_of_values import anyio_backend, client, invoke, places

__all__ = ["anyio_backend", "client"]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_validator_of_the_request_that_raises_is_422(
    mistake: str, client: httpx2.AsyncClient
) -> None:
    by_input = await invoke(client, "stumbling_input", {"word": mistake})
    by_context = await invoke(client, "stumbling_context", {"saw": ""}, context={"word": mistake})

    assert places(by_input) == ["input.word"]
    assert places(by_context) == ["context.word"]
    assert (await invoke(client, "stumbling_input", {"word": "fine"})).status_code == 200


@pytest.mark.parametrize("graph_id", ["stumbling_output", "stumbling_state"])
@pytest.mark.parametrize("mistake", MISTAKES)
async def test_validator_of_what_a_node_wrote_that_raises_is_502_naming_node_and_key(
    mistake: str, graph_id: str, client: httpx2.AsyncClient
) -> None:
    answer = await invoke(client, graph_id, {"to_write": mistake})

    problem = answer.json()
    assert (answer.status_code, problem.get("branch")) == (502, "write"), problem["detail"]
    assert "word" in problem["detail"]
    assert (await invoke(client, graph_id, {"to_write": "fine"})).status_code == 200
