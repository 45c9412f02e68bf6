"""What goes in comes out: values of every type, by every way, before and after a restart.

`VALUES=100 pytest tests/test_values_in_and_out.py` tries more of them than the suite does.
"""

import itertools
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from app.settings import Settings
from tests.app.service_at_hand import opened
from tests.declared import graphs
from tests.declared.gate import opened_gate
from tests.declared.types import TYPES, anything, documents, texts
from tests.json_of_values import as_json, as_text

pytestmark = pytest.mark.anyio

MANY = int(os.environ.get("VALUES", "0"))

KINDS = ("typed_dict", "model", "data_class")


def examples(number: int) -> bounds:
    """Return the bounds of a property: the same few examples each time, or many new ones."""
    return bounds(
        max_examples=MANY or number,
        derandomize=not MANY,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if MANY else [])],
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Request:
    """What a run is sent, apart from what it is to do."""

    values: dict[str, Any]
    context: dict[str, Any]
    extra: Any
    answer: Any

    def body(self, act: str, **options: Any) -> dict[str, Any]:
        return {
            "input": {**self.values, "act": act},
            "context": self.context,
            "config": {"configurable": {"extra": self.extra}},
            **options,
        }


messages = st.lists(
    st.one_of(
        texts,
        st.fixed_dictionaries(
            {"role": st.sampled_from(["user", "assistant", "system"]), "content": texts},
            optional={"id": st.uuids().map(str), "name": st.text(min_size=1, max_size=5)},
        ),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["human", "ai", "system"]), "content": texts},
            optional={"id": st.uuids().map(str), "additional_kwargs": st.just({"lang": "de"})},
        ),
    ),
    max_size=3,
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    values = draw(documents)
    if draw(st.booleans()):
        values = {**values, "messages": draw(messages)}
    return Request(values, draw(documents), draw(anything), draw(anything))


class Plain:
    """The same runs by LangGraph alone."""

    def __init__(self, kind: str) -> None:
        graph = getattr(graphs, kind)
        self._graph = graph.copy(update={"checkpointer": InMemorySaver()})

    async def run(self, request: Request, given: Any, thread_id: str) -> Any:
        config = {"configurable": {"extra": request.extra, "thread_id": thread_id}}
        return await self._graph.ainvoke(given, config, context=request.context)

    async def once(self, request: Request, act: str, thread_id: str) -> str:
        return as_text(as_json(await self.run(request, request.body(act)["input"], thread_id)))

    async def answered(self, request: Request, thread_id: str) -> str:
        state = await self.run(request, request.body("ask")["input"], thread_id)
        [question] = state["__interrupt__"]
        resume: Command[Any] = Command(resume={question.id: request.answer})
        return as_text(as_json(await self.run(request, resume, thread_id)))

    async def retried(self, request: Request, thread_id: str) -> str:
        with pytest.raises(ConnectionError):
            await self.run(request, request.body("fail")["input"], thread_id)
        with opened_gate(graphs.GATE):
            return as_text(as_json(await self.run(request, None, thread_id)))


class Served:
    """The runs over HTTP, by their requests."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def start(self, kind: str, route: str, body: Any) -> httpx2.Response:
        return await self._client.post(f"/graphs/{kind}/{route}", json=body)

    async def then(self, run: httpx2.Response, route: str, **body: Any) -> httpx2.Response:
        run_id = run.json().get("run_id")
        return await self._client.post(f"/runs/{run_id}/{route}?wait=true", json=body or None)

    async def ended(self, run: httpx2.Response) -> httpx2.Response:
        if run.status_code != 202:
            return run
        await self._client.get(f"/runs/{run.json()['run_id']}/stream")
        return await self._client.get(f"/runs/{run.json()['run_id']}")


def output_of(answer: httpx2.Response) -> str:
    """Return an output as text, or what is answered instead of one."""
    body = answer.json()
    if answer.status_code == 200 and body["status"] == "success":
        return as_text(body["output"])
    return f"{answer.status_code}: {json.dumps(body)[:1000]}"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    registry = tmp_path / "langgraph.json"
    paths = {kind: f"{graphs.__file__}:{kind}" for kind in (*KINDS, "fan_out")}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": paths}))
    return settings.model_copy(update={"graphs_file": registry})


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Served]:
    async with opened(settings) as (client, _):
        yield Served(client)


@pytest.fixture
async def service(settings: Settings, anyio_backend: str) -> AsyncIterator[Served]:
    async with served(settings) as service:
        yield service


numbers = itertools.count()


@pytest.mark.parametrize("kind", KINDS)
@examples(10)
@given(request=requests())
async def test_nodes_and_callers_get_what_plain_langgraph_gives(
    request: Request, kind: str, service: Served
) -> None:
    plain, thread_id = Plain(kind), f"t-{next(numbers)}"

    expected = [await plain.once(request, "run", thread_id) for _ in range(2)]
    invoked = await service.start(kind, "invoke", request.body("run"))
    created = await service.start(kind, "runs", request.body("run"))
    in_the_background = await service.ended(created)
    on_a_thread = [
        await service.start(kind, "invoke", request.body("run", thread_id=thread_id))
        for _ in range(2)
    ]

    assert output_of(invoked) == expected[0]
    assert output_of(in_the_background) == expected[0]
    assert [output_of(answer) for answer in on_a_thread] == expected


@pytest.mark.parametrize("kind", KINDS)
@examples(5)
@given(request=requests())
async def test_answers_reach_the_node_and_a_retry_gets_the_same(
    request: Request, kind: str, service: Served
) -> None:
    plain, thread_id = Plain(kind), f"t-{next(numbers)}"

    asking = await service.start(kind, "invoke", request.body("ask", thread_id=f"{thread_id}-ask"))
    answered = await service.then(asking, "resume", resume=request.answer)
    failed = await service.start(kind, "invoke", request.body("fail", thread_id=thread_id))
    with opened_gate(graphs.GATE):
        retried = await service.then(failed, "retry")

    assert output_of(answered) == await plain.answered(request, "ask")
    assert output_of(retried) == await plain.retried(request, "fail")


@examples(2)
@given(batch=st.lists(st.tuples(st.sampled_from(KINDS), requests()), min_size=4, max_size=6))
async def test_a_restart_changes_nothing_of_what_is_handed_on(
    batch: list[tuple[str, Request]], settings: Settings
) -> None:
    first = next(numbers)
    named = [(f"{first}-{n}", kind, request) for n, (kind, request) in enumerate(batch)]
    before: list[list[httpx2.Response]] = []
    after: list[list[str]] = []

    async with served(settings) as service:
        for name, kind, request in named:
            before.append(
                [
                    await service.start(kind, "runs", request.body("wait")),
                    await service.start(kind, "invoke", request.body("ask", thread_id=f"{name}-a")),
                    await service.start(kind, "invoke", request.body("fail", thread_id=name)),
                ]
            )
    with opened_gate(graphs.GATE):
        async with served(settings) as service:
            for (waiting, asking, failed), (_, _, request) in zip(before, named, strict=True):
                recovered = await service.ended(waiting)
                answered = await service.then(asking, "resume", resume=request.answer)
                retried = await service.then(failed, "retry")
                after.append([output_of(recovered), output_of(answered), output_of(retried)])

    expected = [await after_a_restart(kind, request) for _, kind, request in named]
    assert after == expected


async def after_a_restart(kind: str, request: Request) -> list[str]:
    plain = Plain(kind)
    with opened_gate(graphs.GATE):
        waited = await plain.once(request, "wait", "wait")
    return [waited, await plain.answered(request, "a"), await plain.retried(request, "f")]


@examples(8)
@given(request=requests())
async def test_a_retry_of_a_fan_out_hands_branches_the_same(
    request: Request, service: Served
) -> None:
    values = {name: value for name, value in request.values.items() if name in TYPES}
    body = {**request.body("run"), "input": values}
    with_defaults = {**dict.fromkeys(TYPES), **values}

    failed = await service.start("fan_out", "invoke", body)
    with opened_gate(graphs.GATE):
        retried = await service.then(failed, "retry")
        config: Any = {"configurable": {"extra": request.extra}}
        expected = await graphs.fan_out.ainvoke(with_defaults, config, context=request.context)

    assert output_of(retried) == as_text(as_json(expected))
