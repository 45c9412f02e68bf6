"""What the service refuses of a request, each with its place; everything else runs unaltered."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.app.api import strict_graphs
from tests.app.service_at_hand import opened
from tests.conftest import settings_in

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for the module, whose tests share a service."""
    return "asyncio"


@pytest.fixture(scope="module")
async def client(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx2.AsyncClient]:
    folder = tmp_path_factory.mktemp("strict")
    registry = folder / "langgraph.json"
    paths = {name: f"{strict_graphs.__file__}:{name}" for name in strict_graphs.NAMES}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": paths}))
    settings = settings_in(folder).model_copy(update={"graphs_file": registry})
    async with opened(settings) as (client, _):
        yield client


async def invoke(
    client: httpx2.AsyncClient, graph_id: str, graph_input: Any, **options: Any
) -> httpx2.Response:
    body = {"input": graph_input, **options}
    return await client.post(f"/graphs/{graph_id}/invoke", json=body)


def places(answer: httpx2.Response) -> list[str]:
    """Return the places that a 422 names; anything else is shown whole."""
    body = answer.json()
    return [e["place"] for e in body["errors"]] if answer.status_code == 422 else [str(body)[:500]]


Cases = list[tuple[str, Any, str]]
"""A graph, an input, and the place in it that is refused."""

WRONG_TYPES: Cases = [
    ("whole", {"topic": 1}, "input.topic"),
    ("whole", {"topic": None}, "input.topic"),
    ("whole", {"topic": ["text"]}, "input.topic"),
    ("whole", {"count": "7"}, "input.count"),
    ("whole", {"count": 1.5}, "input.count"),
    ("whole", {"count": True}, "input.count"),
    ("whole", {"ratio": "0.5"}, "input.ratio"),
    ("whole", {"flag": 1}, "input.flag"),
    ("whole", {"flag": "true"}, "input.flag"),
    ("whole", {"tags": "text"}, "input.tags"),
    ("whole", {"tags": ["text", 1]}, "input.tags.1"),
    ("whole", {"depth": 6}, "input.depth"),
    ("whole", {"person": {"name": 3}}, "input.person.name"),
    ("whole", {"person": {}}, "input.person.name"),
    ("whole", {"person": "Ann"}, "input.person"),
    ("whole", "text", "input"),
    ("whole", ["topic"], "input"),
    ("contract", {"topic": 1}, "input.topic"),
    ("contract", {"topic": "x", "tone": None}, "input.tone"),
    ("request", {"topic": "x", "person": {"name": "Ann", "age": "3"}}, "input.person.age"),
    ("whole_model", {"topic": 1}, "input.topic"),
    ("whole_dataclass", {"topic": "x", "count": "3"}, "input.count"),
]


MISSING: Cases = [
    ("contract", {}, "input.topic"),
    ("contract", {"tone": "dry"}, "input.topic"),
    ("request", {}, "input.topic"),
    ("request", {"topic": "x", "person": {"age": 3}}, "input.person.name"),
    ("whole_model", {"count": 1}, "input.topic"),
    ("whole_dataclass", {"count": 1}, "input.topic"),
]

NO_INPUT: Cases = [
    ("whole", {"topic": "x", "remaining_steps": 3}, "input.remaining_steps"),
    ("whole", {"topic": "x", "__start__": {"topic": "y"}}, "input.__start__"),
    ("contract", {"topic": "x", "saw": "an output"}, "input.saw"),
    ("contract", {"topic": "x", "count": 1}, "input.count"),
]


@pytest.mark.parametrize(
    "cases",
    [WRONG_TYPES, MISSING, NO_INPUT],
    ids=["wrong types", "missing keys", "keys that are no input"],
)
async def test_input_that_does_not_fit_is_refused_by_its_place(
    cases: Cases, client: httpx2.AsyncClient
) -> None:
    refused = [(case[:2], places(await invoke(client, *case[:2]))) for case in cases]

    assert refused == [((graph_id, given), [place]) for graph_id, given, place in cases]


async def test_two_names_of_one_key_are_refused(client: httpx2.AsyncClient) -> None:
    answer = await invoke(client, "request", {"topic": "x", "userId": "a", "user_id": "b"})

    [place] = places(answer)
    assert place in ("input.userId", "input.user_id")


@pytest.mark.parametrize("route", ["stream", "runs", "batch"])
async def test_every_route_refuses_what_invoke_refuses(
    route: str, client: httpx2.AsyncClient
) -> None:
    wrong, fine = {"topic": 1}, {"topic": "x"}
    body = {"inputs": [fine, wrong]} if route == "batch" else {"input": wrong}

    answer = await client.post(f"/graphs/whole/{route}", json=body)

    assert places(answer) == ["inputs.1.topic" if route == "batch" else "input.topic"]


async def test_missing_required_context_is_refused(client: httpx2.AsyncClient) -> None:
    left_out: list[dict[str, Any]] = [{}, {"context": None}, {"context": {}}]
    for options in left_out:
        answer = await invoke(client, "in_context", {"topic": "x"}, **options)

        [place] = places(answer)
        assert place in ("context", "context.user"), options


async def test_context_that_does_not_fit_is_refused(client: httpx2.AsyncClient) -> None:
    contexts: list[tuple[Any, str]] = [
        ({"user": 1}, "context.user"),
        ({"user": "ann", "limit": "3"}, "context.limit"),
        ({"user": "ann", "limti": 3}, "context.limti"),
        ("ann", "context"),
    ]

    answers = [await invoke(client, "in_context", {"topic": "x"}, context=c) for c, _ in contexts]

    assert [places(answer) for answer in answers] == [[place] for _, place in contexts]


async def test_unknown_key_is_refused_and_the_nearest_is_named(client: httpx2.AsyncClient) -> None:
    for graph_id, graph_input, unknown, nearest in (
        ("whole", {"topic": "x", "tpoic": "y"}, "tpoic", "topic"),
        ("whole", {"Tags": []}, "Tags", "tags"),
        ("contract", {"topic": "x", "tonne": "dry"}, "tonne", "tone"),
        ("request", {"topic": "x", "persn": None}, "persn", "person"),
        ("whole_model", {"topic": "x", "cuont": 1}, "cuont", "count"),
        ("whole_dataclass", {"topic": "x", "cuont": 1}, "cuont", "count"),
    ):
        answer = await invoke(client, graph_id, graph_input)

        assert places(answer) == [f"input.{unknown}"]
        assert nearest in answer.json()["errors"][0]["message"]


async def test_reserved_name_is_refused(client: httpx2.AsyncClient) -> None:
    for name in ("__pregel_resuming", "__pregel_checkpointer", "fanjoin"):
        config = {"configurable": {name: "mine"}}

        answer = await invoke(client, "whole", {"topic": "x"}, config=config)

        assert places(answer) == [f"config.configurable.{name}"]


NOT_NUMBERS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "9" * 400 + ".0",
    "9" * 300 + "e99",
]


@pytest.mark.parametrize(
    ("graph_id", "body", "place"),
    [
        ("whole", '{"input": {"ratio": @}}', "input.ratio"),
        ("whole", '{"input": {"anything": [1, {"a": @}]}}', "input.anything.1.a"),
        ("contract", '{"input": {"topic": "x", "ratio": @}}', "input.ratio"),
        (
            "in_context",
            '{"input": {"topic": "x"}, "context": {"user": "a", "ratio": @}}',
            "context.ratio",
        ),
        (
            "whole",
            '{"input": {"topic": "x"}, "config": {"configurable": {"a": @}}}',
            "config.configurable.a",
        ),
    ],
)
async def test_nan_and_infinity_are_refused_by_their_place(
    graph_id: str, body: str, place: str, client: httpx2.AsyncClient
) -> None:
    path = f"/graphs/{graph_id}/invoke"
    bodies = [body.replace("@", number) for number in NOT_NUMBERS]

    answers = [await client.post(path, content=content, headers=JSON) for content in bodies]

    assert [places(answer) for answer in answers] == [[place]] * len(NOT_NUMBERS)


async def test_value_over_a_bound_is_refused_and_the_service_goes_on(
    client: httpx2.AsyncClient,
) -> None:
    for name, value in {
        "deep list": "[" * 5000 + "]" * 5000,
        "very deep list": "[" * 200_000 + "]" * 200_000,
        "deep object": '{"a":' * 5000 + "1" + "}" * 5000,
        "endless integer": "9" * 5000,
    }.items():
        content = f'{{"input": {{"topic": "x", "anything": {value}}}}}'

        answer = await client.post("/graphs/whole/invoke", content=content, headers=JSON)

        assert answer.status_code in (400, 413, 422), name
    assert (await invoke(client, "whole", {"topic": "x"})).status_code == 200


async def test_half_a_surrogate_pair_is_never_an_error_of_the_service(
    client: httpx2.AsyncClient,
) -> None:
    for value in ('"\\ud800"', '{"\\udfff": 1}', '["a", {"b": "\\ud83d x"}]', '"\\ud83d\\ude00"'):
        for thread in ("", ', "thread_id": "t"'):
            content = f'{{"input": {{"topic": "x", "anything": {value}}}{thread}}}'

            answer = await client.post("/graphs/whole/invoke", content=content, headers=JSON)

            assert answer.status_code in (200, 422), content


EVERYTHING_ELSE: list[tuple[str, Any]] = [
    ("whole", {"topic": ""}),
    ("whole", {"topic": "NaN", "anything": "Infinity"}),
    ("whole", {"anything": None}),
    ("whole", {"ratio": 3}),
    ("whole", {"ratio": -0.0, "count": -(2**63)}),
    ("whole", {"count": 10**30}),
    ("whole", {"person": {"name": "Ann", "unknown": [1, None]}}),
    ("whole", {"topic": "x" * 100_000}),
    ("whole", {"anything": [[[[{"a": {}}]]]]}),
    ("contract", {"topic": "\u0000"}),
    ("request", {"topic": "x", "userId": "u"}),
    ("request", {"topic": "x", "person": None}),
    ("whole_model", {"topic": "x"}),
    ("whole_dataclass", {"topic": "x"}),
]


async def test_everything_else_runs(client: httpx2.AsyncClient) -> None:
    for graph_id, graph_input in EVERYTHING_ELSE:
        assert await getattr(strict_graphs, graph_id).ainvoke(graph_input)

        answer = await invoke(client, graph_id, graph_input)

        shown = (graph_id, str(graph_input)[:80], answer.json().get("detail"))
        assert answer.status_code == 200, shown


@pytest.mark.parametrize("graph_id", ["whole_model", "whole_dataclass"])
async def test_key_that_the_thread_has_may_be_left_out(
    graph_id: str, client: httpx2.AsyncClient
) -> None:
    first = await invoke(client, graph_id, {"topic": "tides"}, thread_id=f"t-{graph_id}")
    second = await invoke(client, graph_id, {"count": 4}, thread_id=f"t-{graph_id}")

    assert first.status_code == 200
    assert (second.status_code, second.json().get("detail")) == (200, None)
    assert second.json()["output"]["topic"] == "tides"


async def test_edit_of_a_thread_that_does_not_fit_is_refused(client: httpx2.AsyncClient) -> None:
    await invoke(client, "whole", {"topic": "tides"}, thread_id="edited")

    answer = await client.post("/threads/edited/state", json={"values": {"count": "seven"}})

    [place] = places(answer)
    assert place.endswith("count")
    state = (await client.get("/threads/edited/state")).json()
    assert "count" not in state["values"]


async def test_keys_that_would_become_one_fail_the_run_and_are_named(
    client: httpx2.AsyncClient,
) -> None:
    answer = await invoke(client, "merges", {"topic": "x"})

    assert answer.status_code == 502
    assert "anything" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/graphs/whole/invoke", "/graphs/whole/runs"])
async def test_each_place_is_named_once_whatever_it_could_be(
    path: str, client: httpx2.AsyncClient
) -> None:
    metadata = {f"k{number}": [1] for number in range(3)}

    answer = await client.post(path, json={"input": {"topic": "x"}, "metadata": metadata})

    assert places(answer) == ["metadata.k0", "metadata.k1", "metadata.k2"]
    said = answer.json()["errors"][0]["message"]
    assert "valid string" in said
    assert "valid integer" in said
