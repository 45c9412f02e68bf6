"""One plain graph run both ways: by LangGraph alone, and by a service over HTTP."""

import importlib.util
import itertools
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import httpx2
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command

from app.settings import Settings
from tests.app.service_at_hand import opened
from tests.json_of_values import as_json, as_text
from tests.plain_graphs.examples import Example

FOLDER = Path(__file__).parent

_OTHERS = {"__init__", "examples", "runs", "scripted_model"}

NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in _OTHERS)

_numbers = itertools.count()


def load(name: str) -> ModuleType:
    """Load a graph's file anew, so that nothing is left in it of an earlier test."""
    unique = f"plain_graph_{next(_numbers)}_{name}"
    spec = importlib.util.spec_from_file_location(unique, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[unique] = module
    spec.loader.exec_module(module)
    return module


class Runs(Protocol):
    """Runs a graph by each of the ways a service offers; every result is the text of its JSON."""

    async def once(self, example: Example) -> str: ...

    async def stream(self, example: Example) -> str: ...

    async def in_a_batch(self, example: Example) -> str: ...

    async def in_the_background(self, example: Example) -> str: ...

    async def twice_on_a_thread(self, example: Example, thread_id: str) -> str:
        """Return the outputs of two runs, and the state of the thread after them."""

    async def with_answers(self, example: Example, thread_id: str) -> str:
        """Return what is asked at each interrupt, then the output, then the thread's state."""


class PlainRuns(Runs):
    """Runs a graph by LangGraph alone, in memory."""

    def __init__(self, module: ModuleType) -> None:
        self._graph = module.graph.copy(update={"store": InMemoryStore()})
        self._on_threads = self._graph.copy(update={"checkpointer": InMemorySaver()})

    async def once(self, example: Example) -> str:
        output = await self._graph.ainvoke(
            example.plain_input, self._config(example), context=self._context(example)
        )
        return as_text(as_json(output))

    async def stream(self, example: Example) -> str:
        """Return the last values, streamed with messages: LangGraph then gives each an id."""
        config, context, output = self._config(example), self._context(example), None
        async for mode, part in self._graph.astream(
            example.plain_input,
            config,
            context=context,
            stream_mode=["values", "messages"],
            output_keys=self._graph.output_channels,
        ):
            output = part if mode == "values" else output
        return as_text(as_json(output))

    async def in_a_batch(self, example: Example) -> str:
        return await self.once(example)

    async def in_the_background(self, example: Example) -> str:
        return await self.once(example)

    async def twice_on_a_thread(self, example: Example, thread_id: str) -> str:
        config = self._config(example, thread_id)
        context = self._context(example)
        seen = [
            await self._on_threads.ainvoke(example.plain_input, config, context=context)
            for _ in range(2)
        ]
        seen.append((await self._on_threads.aget_state(config)).values)
        return as_text(as_json(seen))

    async def with_answers(self, example: Example, thread_id: str) -> str:
        config = self._config(example, thread_id)
        context = self._context(example)
        state = await self._on_threads.ainvoke(example.plain_input, config, context=context)
        seen: list[Any] = []
        for answer in example.answers:
            [question] = state["__interrupt__"]
            seen.append(question.value)
            resume: Command[Any] = Command(resume={question.id: answer})
            state = await self._on_threads.ainvoke(resume, config, context=context)
        seen += [state, (await self._on_threads.aget_state(config)).values]
        return as_text(as_json(seen))

    def _config(self, example: Example, thread_id: str | None = None) -> dict[str, Any]:
        config = dict(example.config or {})
        if thread_id is not None:
            config["configurable"] = {**config.get("configurable", {}), "thread_id": thread_id}
        return config

    def _context(self, example: Example) -> Any:
        """Return the example's context: a schema's defaults apply where a request leaves it out."""
        has_schema = self._graph.context_schema is not None
        return {} if example.context is None and has_schema else example.context


class ServedRuns(Runs):
    """Runs a graph by a service, over HTTP; what is refused is returned as its problem."""

    def __init__(self, client: httpx2.AsyncClient, graph_id: str) -> None:
        self._client = client
        self._path = f"/graphs/{graph_id}"

    async def once(self, example: Example) -> str:
        answer = await self.post("invoke", example.body)
        return as_text(_output_of(answer))

    async def stream(self, example: Example) -> str:
        answer = await self.post("stream", example.body)
        if answer.status_code != 200:
            return as_text(_problem_of(answer))
        events = dict(_events_of(answer))
        return as_text(events["output"]["output"] if "output" in events else events)

    async def in_a_batch(self, example: Example) -> str:
        body = dict(example.body)
        answer = await self.post("batch", {"inputs": [body.pop("input")], **body})
        if answer.status_code != 200:
            return as_text(_problem_of(answer))
        [item] = answer.json()["results"]
        return as_text(item["error"] or item["output"])

    async def in_the_background(self, example: Example) -> str:
        created = await self.post("runs", example.body)
        if created.status_code != 202:
            return as_text(_problem_of(created))
        return as_text(_output_of(await self.ended(created.json()["run_id"])))

    async def twice_on_a_thread(self, example: Example, thread_id: str) -> str:
        body = {**example.body, "thread_id": thread_id}
        seen = [_output_of(await self.post("invoke", body)) for _ in range(2)]
        return as_text([*seen, await self.values(thread_id)])

    async def with_answers(self, example: Example, thread_id: str) -> str:
        answer = await self.post("invoke", {**example.body, "thread_id": thread_id})
        seen: list[Any] = []
        for resume in example.answers:
            if answer.status_code != 202:
                return as_text([*seen, _problem_of(answer)])
            seen += [question["value"] for question in answer.json()["interrupts"]]
            path = f"/runs/{answer.json()['run_id']}/resume?wait=true"
            answer = await self._client.post(path, json={"resume": resume})
        return as_text([*seen, _output_of(answer), await self.values(thread_id)])

    async def post(self, route: str, body: Any) -> httpx2.Response:
        return await self._client.post(f"{self._path}/{route}", json=body)

    async def ended(self, run_id: str) -> httpx2.Response:
        """Return a run as it can be read when it is over."""
        await self._client.get(f"/runs/{run_id}/stream")
        return await self._client.get(f"/runs/{run_id}")

    async def values(self, thread_id: str) -> Any:
        state = await self._client.get(f"/threads/{thread_id}/state")
        return state.json()["values"] if state.status_code == 200 else _problem_of(state)


@asynccontextmanager
async def served(settings: Settings, folder: Path, names: Sequence[str]) -> AsyncIterator[Any]:
    """Serve the named graphs from a langgraph.json in the folder, and return a client."""
    registry = folder / "langgraph.json"
    graphs = {name: f"{FOLDER / name}.py:graph" for name in names}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    async with opened(settings.model_copy(update={"graphs_file": registry})) as (client, _):
        yield client


def _output_of(answer: httpx2.Response) -> Any:
    """Return the output of a run that succeeded; otherwise what is said instead."""
    if answer.status_code != 200:
        return _problem_of(answer)
    run = answer.json()
    return run["output"] if run["status"] == "success" else run


def _problem_of(answer: httpx2.Response) -> Any:
    body = answer.json()
    names = ("detail", "error_type", "branch", "interrupts")
    return {"answered": answer.status_code, **{n: body[n] for n in names if n in body}}


def _events_of(answer: httpx2.Response) -> list[tuple[str, Any]]:
    events = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            events.append((lines["event"], json.loads(lines["data"])))
    return events
