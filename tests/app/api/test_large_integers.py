"""Integers that no checkpoint can hold: refused where a checkpoint would, and only there."""

from typing import Any

import httpx2
import pytest

from tests.app.api.test_refusals_of_answers import resume
from tests.app.api.test_refusals_of_values import anyio_backend, client, invoke, places

__all__ = ["anyio_backend", "client"]

pytestmark = pytest.mark.anyio

TOO_LARGE = [2**64, -(2**63) - 1, 10**30, int("9" * 400)]

LARGEST = [2**64 - 1, -(2**63)]


@pytest.mark.parametrize("number", TOO_LARGE, ids=["2**64", "-2**63-1", "10**30", "400 digits"])
async def test_run_with_checkpoints_is_refused_by_the_place_before_anything_is_stored(
    client: httpx2.AsyncClient, number: int
) -> None:
    values = {"topic": "x", "anything": [1, {"a": number}]}
    for route, options in (
        ("invoke", {"thread_id": "t"}),
        ("stream", {"thread_id": "t"}),
        ("runs", {}),
    ):
        refused = await client.post(f"/graphs/whole/{route}", json={"input": values, **options})

        assert places(refused) == ["input.anything.1.a"], route
    assert (await client.get("/threads/t")).status_code == 404
    assert (await client.post("/runs/search", json={})).json() == []


async def test_run_without_checkpoints_takes_them(client: httpx2.AsyncClient) -> None:
    for number in TOO_LARGE:
        answer = await invoke(client, "whole", {"count": number})

        assert answer.json()["output"]["count"] == number


async def test_what_a_checkpoint_holds_comes_back_as_it_was(client: httpx2.AsyncClient) -> None:
    odd_keys = {"": 1, "k" * 10_000: None, "\0": 2}
    storable = [*LARGEST, -0.0, 1e22, 1e308, 5e-324, 1.0, "a\0b", odd_keys]
    await invoke(client, "whole", {"topic": "x", "anything": storable}, thread_id="t")

    edited = await client.post("/threads/t/state", json={"values": {"count": LARGEST[0]}})

    values = (await client.get("/threads/t/state")).json()["values"]
    assert edited.status_code == 200
    assert repr(values["anything"]) == repr(storable)
    assert values["count"] == LARGEST[0]


async def test_answer_that_no_checkpoint_holds_leaves_the_question_open(
    client: httpx2.AsyncClient,
) -> None:
    asking = await invoke(client, "asks", {"topic": "x"}, thread_id="t")
    before = (await client.get("/threads/t/state")).json()
    [question] = asking.json()["interrupts"]

    for answer, place in (
        (10**30, "resume"),
        ({"a": [10**30]}, "resume.a.0"),
        ({question["id"]: 10**30}, f"resume.{question['id']}"),
    ):
        assert places(await resume(client, asking, answer)) == [place]

    assert (await client.get("/threads/t/state")).json() == before
    answered = await resume(client, asking, LARGEST)
    assert answered.json()["output"]["saw"] == repr(LARGEST)


async def test_edit_that_no_checkpoint_holds_changes_nothing(client: httpx2.AsyncClient) -> None:
    await invoke(client, "whole", {"topic": "x"}, thread_id="t")
    before = (await client.get("/threads/t/state")).json()

    edits: list[tuple[Any, str]] = [
        ({"count": 10**30}, "values.count"),
        ({"anything": {"__overwrite__": [10**30]}}, "values.anything.__overwrite__.0"),
    ]
    for values, place in edits:
        refused = await client.post("/threads/t/state", json={"values": values})
        assert places(refused) == [place]

    assert (await client.get("/threads/t/state")).json() == before
    assert (await client.get("/threads/t")).json()["status"] == "idle"


async def test_labels_are_no_part_of_a_checkpoint_and_take_them(client: httpx2.AsyncClient) -> None:
    config = {"metadata": {"large": 10**30}, "configurable": {"large": 10**30}}
    answer = await invoke(client, "whole", {"topic": "x"}, thread_id="t", config=config)
    made = await client.post("/threads", json={"thread_id": "u", "metadata": {"large": 10**30}})

    assert answer.status_code == 200
    history = (await client.post("/threads/t/history", json={})).json()
    assert history[0]["metadata"]["large"] == 10**30
    assert made.json()["metadata"]["large"] == 10**30
    assert (await client.get("/threads/u")).json()["metadata"]["large"] == 10**30
