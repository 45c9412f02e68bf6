"""Answers are compressed for who accepts it, and events never."""

import gzip
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from app.api.compression import LEAST_BYTES, Compression
from app.main import create_app
from app.settings import Settings
from tests.app.execution.test_runner import invoke

LONG = "tides " * 2000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    own = Settings(
        _env_file=None,
        graphs_file="tests/app/served_graphs/langgraph.json",
        data_dir=tmp_path_factory.mktemp("data"),
        local_model="off",
        allowed_hosts=("testserver",),
    )
    with TestClient(create_app(own)) as client:
        yield client


def get(client: TestClient, path: str, accepted: str, **headers: str) -> httpx2.Response:
    return client.get(path, headers={"Accept-Encoding": accepted, **headers})


def is_gzip(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-encoding") == "gzip"


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("GZIP, deflate, br", True),
        ("br;q=1.0, gzip;q=0.2", True),
        ("*", True),
        ("identity, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000, identity", False),
        ("*;q=0", False),
        ("br", False),
        ("identity", False),
        ("", False),
    ],
)
def test_json_is_compressed_for_clients_that_accept_it(
    accepted: str, is_compressed: bool, service: TestClient
) -> None:
    plain = get(service, "/graphs", "identity")

    answer = get(service, "/graphs", accepted)

    assert is_gzip(answer) == is_compressed
    assert answer.json() == plain.json()
    if is_compressed:
        assert "Accept-Encoding" in answer.headers["vary"]
        assert int(answer.headers["content-length"]) < len(plain.content) / 2


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/graphs/scripted/diagram", "image/svg+xml"),
        ("/graphs/scripted/diagram", "application/json"),
        ("/openapi.json", "*/*"),
    ],
)
def test_pictures_and_descriptions_are_compressed(
    path: str, accept: str, service: TestClient
) -> None:
    answer = get(service, path, "gzip", Accept=accept)

    assert is_gzip(answer)
    assert "Accept-Encoding" in answer.headers["vary"]


def test_a_small_answer_is_sent_as_it_is(service: TestClient) -> None:
    assert not is_gzip(get(service, "/ok", "gzip"))


def test_events_are_never_compressed(service: TestClient) -> None:
    run_id = invoke(service, "scripted").json()["run_id"]

    for answer in (
        get(service, f"/runs/{run_id}/stream", "gzip"),
        service.post("/graphs/scripted/stream", json={"input": {"may": "big"}}),
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert not is_gzip(answer)
        assert "event: end" in answer.text


def test_head_says_what_get_says(service: TestClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    got = service.get("/graphs", headers=headers)
    head = service.head("/graphs", headers=headers)

    assert head.headers["content-length"] == got.headers["content-length"]
    assert is_gzip(head)


async def page(request: Request) -> Response:
    if request.headers.get("if-none-match") == '"1"':
        return Response(status_code=304, headers={"ETag": '"1"'})
    return Response(LONG, media_type="text/css", headers={"ETag": '"1"'})


async def at_size(request: Request) -> Response:
    return Response("x" * int(request.query_params["size"]), media_type="text/plain")


async def packed(request: Request) -> Response:
    headers = {"Content-Encoding": "br"}
    return Response(LONG, media_type="text/html", headers=headers)


async def picture(request: Request) -> Response:
    return Response(LONG, media_type="image/png")


async def pieces(request: Request) -> Response:
    async def text() -> Any:
        for _ in range(3):
            yield LONG

    return StreamingResponse(text(), media_type="text/plain")


@pytest.fixture(scope="module")
def pages() -> TestClient:
    routes = [
        Route(f"/{name}", endpoint)
        for name, endpoint in {
            "page": page,
            "at_size": at_size,
            "packed": packed,
            "picture": picture,
            "pieces": pieces,
        }.items()
    ]
    return TestClient(Compression(Starlette(routes=routes)))


def test_a_tag_of_a_compressed_page_is_weak_and_known_again(pages: TestClient) -> None:
    first = get(pages, "/page", "gzip")

    again = get(pages, "/page", "gzip", **{"If-None-Match": first.headers["etag"]})

    assert (is_gzip(first), first.headers["etag"], first.text) == (True, 'W/"1"', LONG)
    assert again.status_code == 304
    assert get(pages, "/page", "identity").headers["etag"] == '"1"'


@pytest.mark.parametrize("accepted", ["gzip", "identity", "br"])
def test_an_answer_that_depends_on_the_encoding_says_so_to_every_client(
    accepted: str, service: TestClient, pages: TestClient
) -> None:
    tag = get(pages, "/page", accepted).headers["etag"]
    answers = [
        get(service, "/graphs", accepted),
        service.head("/graphs", headers={"Accept-Encoding": accepted}),
        get(pages, "/page", accepted),
        get(pages, "/page", accepted, **{"If-None-Match": tag}),
    ]

    assert ["Accept-Encoding" in one.headers.get("vary", "") for one in answers] == [True] * 4
    assert answers[-1].status_code == 304
    assert answers[-1].headers["etag"] == tag


@pytest.mark.parametrize("size", [LEAST_BYTES - 1, LEAST_BYTES, 500_000])
def test_answers_of_any_size_come_whole(size: int, pages: TestClient) -> None:
    answer = get(pages, f"/at_size?size={size}", "gzip")

    assert answer.text == "x" * size
    assert is_gzip(answer) == (size >= LEAST_BYTES)


@pytest.mark.parametrize("path", ["/packed", "/picture", "/pieces"])
def test_what_is_compressed_already_or_comes_in_pieces_stays_as_it_is(
    path: str, pages: TestClient
) -> None:
    with pages.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())

    assert raw.startswith(LONG.encode())
    assert not raw.startswith(gzip.compress(b"")[:2])
