"""`GET /runs/{id}/files/{pointer}`: one string of an output as a document in which nothing runs."""

import base64
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.api.typed.output_files import MOST_BYTES, file_at
from app.errors import FileNotInOutput
from app.main import create_app
from app.settings import Settings
from tests.app.api.typed.test_runs import create
from tests.app.execution.test_runner import invoke

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PNG_TEXT = base64.b64encode(PNG).decode()


def test_a_string_of_an_output_is_a_document_in_a_sandbox(client: TestClient) -> None:
    run_id = invoke(client, "scripted").json()["run_id"]

    answer = client.get(f"/runs/{run_id}/files/answer")

    assert answer.text == "must, may, also; missing: []"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in answer.headers


def test_a_part_that_is_no_file_is_404_in_words(client: TestClient) -> None:
    run_id = invoke(client, "scripted").json()["run_id"]

    nothing = client.get(f"/runs/{run_id}/files/nothing")
    whole = client.get(f"/runs/{run_id}/files")

    assert (nothing.status_code, whole.status_code) == (404, 404)
    assert nothing.json()["detail"] == "the output has nothing at '/nothing'; there is 'answer'"
    assert "an object: only a string is a file" in whole.json()["detail"]


def test_a_run_that_has_no_output_has_no_files(client: TestClient) -> None:
    failed = invoke(client, "scripted", input={"must": "fail"}).json()["run_id"]
    working = create(client, "scripted", input={"may": "stall"})

    assert client.get(f"/runs/{failed}/files/answer").status_code == 404
    assert client.get(f"/runs/{working}/files/answer").status_code == 409
    client.post(f"/runs/{working}/cancel")


def test_owners_see_only_their_own_files(settings: Settings) -> None:
    keys = {"Alice": "a" * 24, "Bob": "b" * 24}
    closed = settings.model_copy(update={"api_keys": tuple(map(SecretStr, keys.values()))})
    with TestClient(create_app(closed)) as client:
        of_alice, of_bob = ({"x-api-key": key} for key in keys.values())
        body: dict[str, Any] = {"input": {}}
        answer = client.post("/graphs/scripted/invoke", json=body, headers=of_alice)
        address = f"/runs/{answer.json()['run_id']}/files/answer"

        statuses = [client.get(address, headers=key).status_code for key in (of_alice, of_bob, {})]

    assert statuses == [200, 404, 401]


@pytest.mark.parametrize(
    ("value", "media_type", "content"),
    [
        ("plain <b>words</b>", "text/plain", b"plain <b>words</b>"),
        ("<!DOCTYPE html><p>x", "text/html", b"<!DOCTYPE html><p>x"),
        ("\n <html lang='en'>", "text/html", b"\n <html lang='en'>"),
        ("<svg xmlns='x'/>", "image/svg+xml", b"<svg xmlns='x'/>"),
        (PNG_TEXT, "image/png", PNG),
        (f"data:image/png;base64,{PNG_TEXT}", "image/png", PNG),
        ("data:text/html,%3Cp%3E", "text/html", b"<p>"),
        ("data:,hello", "text/plain", b"hello"),
        ("data:text/javascript,alert(1)", "text/javascript", b"alert(1)"),
        ("data:not a type,x", "application/octet-stream", b"x"),
        ("iVBORw0KGgo is how a PNG begins!", "text/plain", b"iVBORw0KGgo is how a PNG begins!"),
    ],
)
def test_a_string_says_what_it_is_where_the_schema_does_not(
    value: str, media_type: str, content: bytes
) -> None:
    file = file_at({"a": [value]}, "/a/0", {})

    assert (file.media_type, file.content) == (media_type, content)


SCHEMA: dict[str, Any] = {
    "$defs": {
        "Page": {"type": "string", "contentMediaType": "text/html"},
        "Loop": {"anyOf": [{"$ref": "#/$defs/Loop"}, {"type": "null"}]},
    },
    "properties": {
        "page": {"anyOf": [{"$ref": "#/$defs/Page"}, {"type": "null"}]},
        "pages": {"type": "array", "items": {"$ref": "#/$defs/Page"}},
        "by_name": {"additionalProperties": {"$ref": "#/$defs/Page"}},
        "mail": {"contentMediaType": "message/rfc822"},
        "sound": {"contentMediaType": "audio/wav", "contentEncoding": "base64"},
        "odd": {"contentMediaType": "text/html\r\nX-Evil: 1"},
        "loop": {"$ref": "#/$defs/Loop"},
    },
}


@pytest.mark.parametrize(
    ("output", "pointer", "media_type"),
    [
        ({"page": "x"}, "/page", "text/html"),
        ({"pages": ["x", "y"]}, "/pages/1", "text/html"),
        ({"by_name": {"a/b~c": "x"}}, "/by_name/a~1b~0c", "text/html"),
        ({"mail": "x"}, "/mail", "message/rfc822"),
        ({"sound": "eA=="}, "/sound", "audio/wav"),
        ({"odd": "x"}, "/odd", "application/octet-stream"),
        ({"loop": "x"}, "/loop", "text/plain"),
        ({"": "x"}, "/", "text/plain"),
        ("x", "", "text/plain"),
    ],
)
def test_the_schema_says_what_a_string_is(output: Any, pointer: str, media_type: str) -> None:
    assert file_at(output, pointer, SCHEMA).media_type == media_type


@pytest.mark.parametrize("media_type", ["message/rfc822", "application/pdf", "text/javascript"])
def test_what_a_browser_may_not_show_is_saved(media_type: str) -> None:
    schema = {"properties": {'a"\r\nb': {"contentMediaType": media_type}}}

    response = file_at({'a"\r\nb': "x"}, '/a"\r\nb', schema).response()

    assert response.headers["content-disposition"].startswith('attachment; filename="a-b.')


@pytest.mark.parametrize(
    ("output", "pointer", "why"),
    [
        ({"a": None}, "/a", "null"),
        ({"a": 1}, "/a", "a number"),
        ({"a": []}, "/a", "a list"),
        ({"a": ["x"]}, "/a/01", "nothing at"),
        ({"a": ["x"]}, "/a/-1", "nothing at"),
        ({"a": "x"}, "/a/0", "nothing at"),
        ({"sound": "!"}, "/sound", "not base64"),
        ({"a": "x" * (MOST_BYTES + 1)}, "/a", "read it with the run"),
        (None, "/a", "nothing at"),
    ],
)
def test_what_cannot_be_a_file_says_why(output: Any, pointer: str, why: str) -> None:
    with pytest.raises(FileNotInOutput, match=why):
        file_at(output, pointer, SCHEMA)
