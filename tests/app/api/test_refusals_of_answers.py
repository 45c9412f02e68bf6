"""Which answers a question takes; one that is refused leaves the thread as it was."""

from typing import Any

import httpx2
import pytest

from tests.app.api.test_refusals_of_values import (
    JSON,
    anyio_backend,
    client,
    invoke,
    places,
)

__all__ = ["anyio_backend", "client"]

pytestmark = pytest.mark.anyio


async def resume(
    client: httpx2.AsyncClient, asking: httpx2.Response, answer: Any
) -> httpx2.Response:
    path = f"/runs/{asking.json()['run_id']}/resume?wait=true"
    return await client.post(path, json={"resume": answer})


NOTHING: list[Any] = [None, {}, [], False, 0, ""]


async def test_any_json_is_an_answer(client: httpx2.AsyncClient) -> None:
    for answer in (*NOTHING, 0.0, [None], {"a": None}, "text"):
        asking = await invoke(client, "asks", {"topic": "x"}, thread_id="t")

        resumed = await resume(client, asking, answer)

        assert (resumed.status_code, resumed.json().get("detail")) == (200, None), answer
        assert resumed.json()["output"]["saw"] == repr(answer)


async def test_any_json_is_an_answer_to_one_question_of_two(client: httpx2.AsyncClient) -> None:
    for number, answer in enumerate(NOTHING):
        await check_answers_one_by_one(client, answer, thread_id=f"t-{number}")


async def check_answers_one_by_one(
    client: httpx2.AsyncClient, answer: Any, *, thread_id: str
) -> None:
    asking = await invoke(client, "asks_twice", {"topic": "x"}, thread_id=thread_id)
    ids = {question["branch"]: question["id"] for question in asking.json()["interrupts"]}

    still_asking = await resume(client, asking, {ids["ask"]: answer})
    resumed = await resume(client, still_asking, {ids["ask_also"]: answer})

    assert still_asking.status_code == 202
    assert [question["branch"] for question in still_asking.json()["interrupts"]] == ["ask_also"]
    assert resumed.status_code == 200
    output = resumed.json()["output"]
    assert (output["saw"], output["topic"]) == (repr(answer), repr(answer))


async def test_half_a_surrogate_pair_is_no_answer(client: httpx2.AsyncClient) -> None:
    asking = await invoke(client, "asks", {"topic": "x"}, thread_id="t")
    path = f"/runs/{asking.json()['run_id']}/resume?wait=true"

    refused = await client.post(path, content=b'{"resume": {"a": "\\ud800"}}', headers=JSON)
    answered = await resume(client, asking, "yes")

    assert refused.status_code == 422
    assert "cannot be written as JSON" in refused.json()["errors"][0]["message"]
    assert answered.status_code == 200


async def test_refused_answer_leaves_the_question_open(client: httpx2.AsyncClient) -> None:
    asking = await invoke(client, "asks", {"topic": "x"}, thread_id="t")
    before = (await client.get("/threads/t/state")).json()

    path = f"/runs/{asking.json()['run_id']}/resume?wait=true"
    for answer, place in (
        ("NaN", "resume"),
        ("[1, Infinity]", "resume.1"),
        ('{"a": 1e999}', "resume.a"),
    ):
        refused = await client.post(path, content=f'{{"resume": {answer}}}', headers=JSON)
        assert places(refused) == [place]

    assert (await client.get("/threads/t/state")).json() == before
    assert (await resume(client, asking, "yes")).status_code == 200


async def test_answer_that_names_neither_question_leaves_both_open(
    client: httpx2.AsyncClient,
) -> None:
    asking = await invoke(client, "asks_twice", {"topic": "x"}, thread_id="t")
    before = (await client.get("/threads/t/state")).json()

    for answer in (*NOTHING, "text", {"unknown-id": 1}):
        refused = await resume(client, asking, answer)
        assert refused.status_code == 422, answer
        assert refused.json()["errors"][0]["place"].startswith("resume")

    assert (await client.get("/threads/t/state")).json() == before
    answers = {question["id"]: "yes" for question in asking.json()["interrupts"]}
    assert (await resume(client, asking, answers)).status_code == 200
