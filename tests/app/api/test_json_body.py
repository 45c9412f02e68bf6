"""One rule for bodies of JSON, whatever the route: encodings, numbers and how much is said."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.conftest import SERVED_GRAPHS

JSON = {"content-type": "application/json"}
ROUTES = {
    "/graphs/line/invoke": {"input": {"number": 3}},
    "/graphs/line/runs": {"input": {"number": 3}},
    "/graphs/line/batch": {"inputs": [{"number": 3}]},
    "/runs/search": {"limit": 3},
    "/threads": {"metadata": {"a": "ü"}},
    "/threads/search": {"limit": 3},
}
MOST_CHARACTERS = 100_000
MOST_VALUES = 50_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all of them: no body that is refused leaves anything behind."""
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("data"),
        graphs_file=SERVED_GRAPHS,
        local_model="off",
        allowed_hosts=("testserver",),
    )
    with TestClient(create_app(settings)) as client:
        yield client


def post(client: TestClient, path: str, body: bytes) -> Any:
    return client.post(path, content=body, headers=JSON)


@pytest.mark.parametrize(("path", "body"), ROUTES.items())
def test_body_is_utf_8_and_its_mark_is_ignored(
    client: TestClient, path: str, body: dict[str, Any]
) -> None:
    text = json.dumps(body, ensure_ascii=False)

    answer = post(client, path, text.encode("utf-8-sig"))

    assert answer.status_code in (200, 202), answer.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
@pytest.mark.parametrize("path", ROUTES)
def test_body_in_another_encoding_is_400_with_the_rule(
    client: TestClient, path: str, encoding: str
) -> None:
    answer = post(client, path, '{"metadata": {"a": "ü"}}'.encode(encoding))

    assert answer.status_code == 400
    assert "JSON in UTF-8" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/graphs/line/invoke", {"input": {"number": 3}, "deadline_ms": 10_000.0}),
        ("/graphs/line/invoke", {"input": {"number": 3}, "config": {"recursion_limit": 10.0}}),
        ("/graphs/line/batch", {"inputs": [{"number": 3}], "max_concurrency": 2.0}),
        ("/runs/search", {"limit": 10.0}),
        ("/threads/search", {"limit": 10.0, "offset": 0.0}),
        ("/threads/t/history", {"limit": 1e1}),
    ],
)
def test_integer_may_be_written_with_a_fraction_of_zero_on_every_route(
    client: TestClient, path: str, body: dict[str, Any]
) -> None:
    client.post("/threads", json={"thread_id": "t", "if_exists": "do_nothing"})
    with_fraction = json.loads(json.dumps(body).replace(".0", ".5").replace("1e1", "1.5"))

    assert client.post(path, json=body).status_code == 200
    if with_fraction != body:
        assert client.post(path, json=with_fraction).status_code == 422


LONG = "k" * 200_000
MANY: dict[str, Any] = {f"k{number}": [] for number in range(20_000)}
WRONG = {
    "a long key": {LONG: 1},
    "a long key within": {"metadata": {LONG: [LONG]}},
    "a long path": {"input": {"number": {LONG: {LONG: [LONG]}}}},
    "many keys": MANY,
    "many keys within": {"metadata": MANY, "input": MANY},
    "a long value": {"metadata": LONG, "input": LONG, "limit": LONG},
    "many values": {"metadata": [[]] * 100_000, "input": [[]] * 100_000},
    "no object": [[]] * 100_000,
    "many more values": {"metadata": [[]] * 240_000},
    "a long key to NaN": {"input": {LONG: {LONG: [1, float("nan")]}}, "metadata": {LONG: 1e999}},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("path", ["/graphs/line/invoke", "/runs/search", "/threads"])
def test_problem_is_short_however_much_is_wrong(client: TestClient, path: str, body: Any) -> None:
    answer = post(client, path, json.dumps(body).encode())

    assert answer.status_code == 422
    assert len(answer.text) < MOST_CHARACTERS
    errors = answer.json()["errors"]
    assert len(errors) <= 51
    assert all(len(text) <= 501 for error in errors for text in error.values())


def test_problem_says_how_many_places_it_leaves_out(client: TestClient) -> None:
    errors = client.post("/runs/search", json=MANY).json()["errors"]

    assert errors[0]["place"] == "k0"
    assert errors[-1]["message"] == "19950 more places do not fit"


@pytest.mark.parametrize("path", ["/graphs/line/invoke", "/runs/search", "/threads"])
def test_deep_end_of_a_long_body_is_found_without_its_place(client: TestClient, path: str) -> None:
    body = '{"metadata": [' + "[]," * 20_000 + "[" * 5000

    [error] = post(client, path, body.encode()).json()["errors"]

    assert error == {"place": "body", "message": "nested deeper than 100 levels"}


@pytest.mark.parametrize(
    ("values", "within"),
    [
        ("1,", True),
        ("[],", True),
        ('",[{",', True),
        ("[],", False),
        ("1,", False),
        ("[[1]],", False),
        ('{"a":1},', False),
        ('"\\"",', False),
    ],
)
@pytest.mark.parametrize("path", ["/graphs/line/invoke", "/graphs/line/batch", "/threads"])
def test_values_of_a_body_are_bounded_before_they_are_parsed(
    client: TestClient, path: str, values: str, within: bool
) -> None:
    many = MOST_VALUES // 2 - 10 if within else MOST_VALUES + 1
    body = f'{{"metadata": {{"a": [{values * many}1]}}}}'

    answer = post(client, path, body.encode())

    is_refused = "FANJOIN_MAX_BODY_VALUES" in answer.text
    assert is_refused is not within
    if is_refused:
        assert answer.json()["errors"][0]["place"] == "body"
