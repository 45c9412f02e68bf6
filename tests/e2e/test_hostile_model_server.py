"""A model server that misbehaves in every way: what it costs the service, and the other runs."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, TypeAlias

import httpx2
import psutil
import pytest

from tests.app.cli.graph_files import write_registry
from tests.app.cli.processes import Process, fanjoin
from tests.misbehaving_server import MisbehavingServer, serve_misbehaviour
from tests.misbehaviours import ENDLESS, TRICKLES, WHOLE
from tests.patience import SECONDS

pytestmark = pytest.mark.hostile

MOST_GROWTH = 150 * 1024 * 1024
AT_ONCE = 8
KEY = "a-secret-key"
NAMED = {
    *("AnswerCutOff", "AnswerOutOfShape", "AnswerTooLarge", "AnswerTooSlow"),
    *("OpenAIAPIError", "OpenAIConnectionError", "OpenAIInvalidRequestError", "APIError"),
    *("OpenAIRateLimitError", "OpenAITimeoutError", "StreamChunkTimeoutError"),
}
Answers: TypeAlias = dict[tuple[str, str], tuple[int, dict[str, Any]]]
MISBEHAVIOURS = ("silent", *ENDLESS, *TRICKLES, *WHOLE)
GRAPH = """
from typing import Annotated

from langchain_core.messages import HumanMessage
from langgraph.graph import StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from graphs.kit.model.answers import ask
from graphs.kit.model.models import chat_model


class Input(BaseModel):
    model: str


class Output(BaseModel):
    brief: str


class State(TypedDict, total=False):
    model: str
    notes: Annotated[dict[str, str], by_branch]
    brief: str


async def asks(state: State) -> State:
    model = chat_model(max_tokens=20, model=state["model"], timeout=1)
    return {"notes": {"asks": await ask(model, [HumanMessage("hello")])}}


async def steady(state: State) -> State:
    return {"notes": {"steady": "here"}}


async def join(state: State) -> State:
    return {"brief": "; ".join(f"{name}: {note}" for name, note in state["notes"].items())}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
branches = [Branch(asks, required=False), Branch(steady)]
add_fan_out(builder, branches, join=join)
graph = builder.compile(name="asking")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MisbehavingServer]:
    with serve_misbehaviour() as server:
        yield server


@pytest.fixture(scope="module")
def service(
    server: MisbehavingServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "asking.py").write_text(GRAPH)
    write_registry(folder, asking="./asking.py:graph")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("OPENAI_BASE_URL", server.base_url)
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("FANJOIN_MODEL", "well-behaved")
        process = stack.enter_context(fanjoin("serve", folder=folder))
        process.url()
        yield process


def invoke(service: Process, model: str) -> tuple[int, dict[str, Any]]:
    url, body = f"{service.url()}/graphs/asking/invoke", {"input": {"model": model}}
    answer = httpx2.post(url, json=body, timeout=SECONDS)
    return answer.status_code, answer.json()


def stream(service: Process, model: str) -> tuple[int, dict[str, Any]]:
    """Return the status, and the report as an invoke has it."""
    url, body = f"{service.url()}/graphs/asking/stream", {"input": {"model": model}}
    answer = httpx2.post(url, json=body, timeout=SECONDS)
    events = dict(re.findall(r"^event: (\w+)\ndata: (.*)$", answer.text, re.MULTILINE))
    return answer.status_code, {"report": json.loads(events["report"])}


def row_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (row,) = [row for row in answer["report"]["branches"] if row["name"] == name]
    return dict(row)


def ask_all(service: Process) -> Answers:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {
            (action.__name__, model): pool.submit(action, service, model)
            for action in (invoke, stream)
            for model in MISBEHAVIOURS
        }
        return {key: future.result() for key, future in futures.items()}


@pytest.fixture(scope="module")
def growth_and_answers(service: Process) -> tuple[int, Answers]:
    """Return what the process's memory grew by, and what each misbehaviour led to."""
    memory = psutil.Process(service.process_id).memory_info
    assert invoke(service, "well-behaved")[0] == 200
    before = memory().rss
    answers = ask_all(service)
    return memory().rss - before, answers


@pytest.fixture
def answers(growth_and_answers: tuple[int, Answers]) -> Answers:
    return growth_and_answers[1]


def test_every_misbehaviour_costs_its_branch_alone(answers: Answers) -> None:
    for key, (status, answer) in answers.items():
        assert status == 200, key
        assert row_of(answer, "steady")["status"] == "ok", key


def test_all_of_them_cost_little_memory(growth_and_answers: tuple[int, Answers]) -> None:
    assert growth_and_answers[0] < MOST_GROWTH


def test_each_failure_has_a_name_of_its_own(answers: Answers) -> None:
    for key, (_, answer) in answers.items():
        if error := row_of(answer, "asks")["error"]:
            assert error["type"] in NAMED, (key, error)
            assert error["message"], key


def test_token_counts_that_are_unknown_are_null_with_a_warning(answers: Answers) -> None:
    for (action, model), (_, answer) in answers.items():
        if action == "invoke" and model.startswith("usage-"):
            report = answer["report"]
            assert (report["tokens"], report["cost_usd"]) == (None, None), model
            assert report["warnings"] == ["asks: the token usage of m is unknown"], model


def test_the_service_goes_on_and_has_told_no_secret(service: Process, answers: Answers) -> None:
    status, answer = invoke(service, "well-behaved")

    assert (status, row_of(answer, "asks")["status"]) == (200, "ok")
    assert KEY not in service.output + str(answers)
    assert "Traceback" not in service.output
