"""Depth and numbers of a body: what cannot be stored is refused on every route, with its place."""

from functools import reduce
from typing import Any

import pytest
from fastapi.testclient import TestClient

JSON = {"content-type": "application/json"}
MOST = 100


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def post_metadata(client: TestClient, value: str) -> Any:
    return client.post("/threads", content=f'{{"metadata": {{"a": {value}}}}}', headers=JSON)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (nested(MOST), "nested deeper than 100 levels"),
        (nested(900), "nested deeper than 100 levels"),
        ("NaN", "NaN and infinities are not JSON"),
        ("-Infinity", "NaN and infinities are not JSON"),
        ("1e999", "NaN and infinities are not JSON"),
        (nested(100_000), "nested deeper than 100 levels"),
        ("1" + "0" * 4300, "an integer of more than 4300 digits"),
        ("-" + "9" * 5000, "an integer of more than 4300 digits"),
    ],
    ids=["one-too-deep", "deep", "nan", "infinity", "overflow", "bottomless", "long", "longer"],
)
def test_value_that_cannot_be_stored_is_422_with_its_place(
    client: TestClient, value: str, message: str
) -> None:
    answer = post_metadata(client, value)

    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert problem["place"].startswith("metadata.a")
    assert message in problem["message"]


@pytest.mark.parametrize("value", [nested(MOST - 1), "9" * 4300, "-" + "9" * 4300])
def test_what_is_just_within_bounds_is_read_again(client: TestClient, value: str) -> None:
    created = post_metadata(client, value)

    listed = client.post("/threads/search", json={})

    assert created.status_code == 200
    assert [thread["thread_id"] for thread in listed.json()] == [created.json()["thread_id"]]


ANY_JSON = {
    "post /graphs/line/invoke": '{"input": {"number": $}}',
    "post /graphs/line/stream": '{"input": {"number": $}}',
    "post /graphs/line/runs": '{"input": {"number": $}}',
    "post /graphs/line/batch": '{"inputs": [{"number": $}]}',
    "post /graphs/line/crons": '{"input": {"number": $}, "schedule": "@yearly"}',
    "patch /crons/{cron_id}": '{"input": $}',
    "post /threads": '{"metadata": {"a": $}}',
    "patch /threads/{thread_id}": '{"metadata": {"a": $}}',
    "post /threads/{thread_id}/state": '{"values": {"number": $}, "as_node": "__start__"}',
    "post /runs/{run_id}/resume": '{"resume": [$]}',
}
"""Where a route takes any JSON, the rest of its body being right."""

SCALARS = {
    "post /threads/search": '{"metadata": {"a": $}}',
    "post /threads/{thread_id}/history": '{"metadata": {"a": $}}',
    "post /threads/{thread_id}/state/checkpoint": '{"checkpoint": {}, "subgraphs": $}',
    "post /runs/search": '{"metadata": {"a": $}}',
    "post /runs/{run_id}/retry": '{"branches": [$]}',
}
"""Where it takes scalars alone: a value may be of a wrong type before it is out of bounds."""

FITTING = {"subgraphs": "true", "branches": '"a"'}
"""What fits a key that takes no number."""

OUT_OF_BOUNDS = {
    nested(150): "nested deeper than 100 levels",
    "NaN": "NaN and infinities are not JSON",
    "-1e999": "NaN and infinities are not JSON",
}
UNREADABLE = {
    nested(900): "nested deeper than 100 levels",
    nested(100_000): "nested deeper than 100 levels",
    "9" * 5000: "an integer of more than 4300 digits",
}


def send(client: TestClient, route: str, body: str) -> Any:
    method, path = route.split()
    address = path.replace("{thread_id}", "t").replace("{run_id}", "r")
    return client.request(method, address, content=body, headers=JSON)


def test_every_route_with_a_body_is_tried(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    routes = {
        f"{method} {path}"
        for path, methods in paths.items()
        for method, route in methods.items()
        if "requestBody" in route and (path.startswith("/graphs/line/") or "/graphs/" not in path)
    }

    assert routes == ANY_JSON.keys() | SCALARS.keys()


def test_no_route_accepts_a_body_that_is_out_of_bounds(client: TestClient) -> None:
    client.post("/threads", json={"thread_id": "t", "metadata": {"graph_id": "line"}})
    tried = [(route, body, OUT_OF_BOUNDS | UNREADABLE) for route, body in ANY_JSON.items()]
    tried += [(route, body, UNREADABLE) for route, body in SCALARS.items()]

    for route, body, values in tried:
        fitting = next((value for key, value in FITTING.items() if key in body), "1")
        within = send(client, route, body.replace("$", fitting))
        assert within.status_code != 422, (route, within.text)
        for value, message in values.items():
            answer = send(client, route, body.replace("$", value))
            assert answer.status_code == 422, (route, value[:10])
            [problem] = answer.json()["errors"]
            assert message in problem["message"], (route, value[:10])


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/graphs/line/invoke", ("deadline_ms",)),
        ("/graphs/line/invoke", ("config", "recursion_limit")),
        ("/graphs/line/batch", ("max_concurrency",)),
        ("/threads", ("ttl", "ttl")),
        ("/threads/search", ("limit",)),
        ("/threads/search", ("offset",)),
        ("/threads/t/history", ("limit",)),
        ("/runs/search", ("limit",)),
    ],
)
def test_what_is_like_a_number_is_none(
    client: TestClient, path: str, keys: tuple[str, ...]
) -> None:
    client.post("/threads", json={"thread_id": "t", "if_exists": "do_nothing"})
    many = path.endswith("batch")
    body: dict[str, Any] = {"inputs": [{"number": 1}]} if many else {}
    if path.endswith("invoke"):
        body["input"] = {"number": 1}
    likenesses: list[Any] = [True, "3", [3], {}]
    for value in likenesses:
        sent = reduce(lambda inner, key: {key: inner}, reversed(keys), value)

        answer = client.post(path, json=body | sent)

        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["place"] == ".".join(keys)


def test_words_of_a_search_are_taken_as_text(client: TestClient) -> None:
    answer = client.post("/runs/search", json={"status": "success", "limit": 3})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/threads", '{"metadata": {"a": "\\ud800"}}', "metadata"),
        ("/threads", '{"metadata": {"\\udfff": 1}}', "metadata"),
        ("/threads/search", '{"metadata": {"a": "x\\ud800y"}}', "metadata"),
        ("/threads/search", '{"\\ud800": 1}', "?"),
        ("/runs/search", '{"thread_id": "\\ud800"}', "thread_id"),
        ("/runs/x/resume", '{"resume": ["\\ud83d"]}', "resume"),
    ],
)
def test_text_that_nothing_can_write_again_is_422(
    client: TestClient, path: str, body: str, place: str
) -> None:
    answer = client.post(path, content=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == place


def test_whole_surrogate_pair_is_read_as_its_character(client: TestClient) -> None:
    body = '{"metadata": {"a": "\\ud83d\\ude00"}}'

    answer = client.post("/threads", content=body, headers=JSON)

    assert answer.json()["metadata"] == {"a": "\N{GRINNING FACE}"}
