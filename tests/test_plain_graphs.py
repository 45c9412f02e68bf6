"""What plain LangGraph makes of a request, the service makes of it, by every way to run a graph."""

from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.plain_graphs.examples import Example
from tests.plain_graphs.runs import NAMES, PlainRuns, Runs, ServedRuns, load, served

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:create_react_agent has been moved"),
    pytest.mark.filterwarnings("ignore:AgentState has been moved"),
]


@pytest.mark.parametrize("name", NAMES)
async def test_graph_gives_what_plain_langgraph_gives(
    name: str, settings: Settings, tmp_path: Path
) -> None:
    module = load(name)
    examples: list[Example] = module.EXAMPLES

    expected = await every_way(PlainRuns(module), examples)
    async with served(settings, tmp_path, [name]) as client:
        given = await every_way(ServedRuns(client, name), examples)

    assert given == expected


async def every_way(runs: Runs, examples: list[Example]) -> dict[str, Any]:
    """Run each example by every way it can be run; a graph's cache may notice how often."""
    results = {}
    for number, example in enumerate(examples):
        thread_id = f"thread-{number}"
        if example.answers:
            results[f"{number} answered"] = await runs.with_answers(example, thread_id)
            continue
        results[f"{number} invoked"] = await runs.once(example)
        results[f"{number} streamed"] = await runs.stream(example)
        results[f"{number} in a batch"] = await runs.in_a_batch(example)
        if example.can_be_stored:
            results[f"{number} in the background"] = await runs.in_the_background(example)
            results[f"{number} on a thread"] = await runs.twice_on_a_thread(example, thread_id)
    return results


async def test_messages_are_the_same_in_output_report_and_thread_state(
    settings: Settings, tmp_path: Path
) -> None:
    body = {"input": {"messages": [{"role": "user", "content": "tides", "id": "m1"}]}}

    async with served(settings, tmp_path, ["agent_loop"]) as client:
        path = "/graphs/agent_loop/invoke"
        answer = (await client.post(path, json={**body, "thread_id": "t"})).json()
        state = (await client.get("/threads/t/state")).json()

    output = answer["output"]["messages"]
    results = [row["result"] for row in answer["report"]["branches"]]
    written = [message for result in results for message in messages_in(result)]
    assert [message["type"] for message in output] == ["human", "ai", "tool", "tool", "tool", "ai"]
    assert written == [{**message, "id": written[n]["id"]} for n, message in enumerate(output[1:])]
    assert state["values"]["messages"] == output


def messages_in(result: Any) -> list[Any]:
    """Return what a node wrote: the reducer gives ids later to those that have none."""
    parts = result if isinstance(result, list) else [result]
    return [message for part in parts for message in part["messages"]]
