"""The page's files: how large they are, how they are served, and what is in none of them."""

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.api.page import DOCUMENT, FILES, FOLDER, read_files
from app.main import create_app
from app.settings import Settings
from tests.machine import ROOT

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

GZIP = {"accept-encoding": "gzip"}

GZIP_MARK = b"\x1f\x8b"

SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser"
    r"|\beval\(|\bFunction\(|(?<!inner\.)srcdoc|setHTML|javascript:|import\("
)
"""Whatever makes code or elements of text, but for the sandbox of HTML that a graph made."""

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|<style", re.IGNORECASE)


def test_files_stay_within_their_bounds() -> None:
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}

    assert files.keys() == {DOCUMENT, *FILES}
    assert len(files) <= 20
    assert sum(map(len, files.values())) <= 160_000
    longest = {name: body.count(b"\n") for name, body in files.items() if name.endswith(".js")}
    assert {name: lines for name, lines in longest.items() if lines > 300} == {}


def test_what_is_sent_compressed_file_by_file_is_at_most_43_kb(client: TestClient) -> None:
    sent = {}
    for name in FILES:
        with client.stream("GET", f"/page/{name}", headers=GZIP) as answer:
            sent[name] = b"".join(answer.iter_raw())
    with client.stream("GET", "/", headers={**HTML, **GZIP}) as answer:
        sent[DOCUMENT] = b"".join(answer.iter_raw())

    assert all(body.startswith(GZIP_MARK) for body in sent.values())
    assert sum(map(len, sent.values())) <= 43_000


@pytest.mark.parametrize("name", [DOCUMENT, *FILES])
def test_no_file_makes_markup_or_code_of_text(name: str) -> None:
    text = read_files()[name].body.decode()  # types of JSDoc are imported by comments

    assert SINKS.findall(text) == []
    if name == DOCUMENT:
        assert INLINE.findall(text) == []


def test_no_file_names_another_origin() -> None:
    for name in [DOCUMENT, *FILES]:
        addresses = re.findall(r"https?://[\w.]+", (FOLDER / name).read_text())
        assert set(addresses) <= {"http://www.w3.org"}, name  # the name of SVG, never requested


def test_comments_are_not_sent_and_lines_keep_their_numbers() -> None:
    for name, file in read_files().items():
        if name == DOCUMENT:
            continue
        written, sent = (FOLDER / name).read_text().split("\n"), file.body.decode().split("\n")
        assert len(written) == len(sent)
        changed = [pair for pair in zip(written, sent, strict=True) if pair[0] != pair[1]]
        for line, left in changed:
            is_comment = bool(re.match(r"\s*(//|/\*|\*)", line)) or line.rstrip().endswith("*/")
            assert (left == "" and is_comment) or re.sub(
                r"/\*\* @type .*?\*/ ", "", line
            ) == left, name


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/mail.html"])
@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_a_file_has_a_tag_of_its_encoding_and_says_that_it_varies(
    client: TestClient, path: str, accepted: str
) -> None:
    headers = {**HTML, "accept-encoding": accepted}
    answer = client.get(path, headers=headers)
    again = client.get(path, headers={**headers, "if-none-match": answer.headers["etag"]})

    assert answer.headers["etag"].startswith("W/") == (accepted == "gzip")
    assert again.status_code == 304
    for one in (answer, again):
        assert "Accept-Encoding" in one.headers["vary"].split(", ")
        assert one.headers["etag"] == answer.headers["etag"]


def test_the_document_around_mail_allows_looks_alone(client: TestClient) -> None:
    headers = client.get("/page/mail.html").headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
    }


def test_a_browser_gets_the_page_and_a_client_gets_links(client: TestClient) -> None:
    page = client.get("/", headers=HTML)
    links = client.get("/")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<script type="module" src="page/page.js">' in page.text
    assert "%TITLE%" not in page.text
    assert "application/json" in links.headers["content-type"]
    assert "Accept" in page.headers["vary"].split(", ")
    assert "Accept" in links.headers["vary"].split(", ")


def test_every_file_the_document_names_is_served(client: TestClient) -> None:
    page = client.get("/", headers=HTML).text

    names = re.findall(r'(?:href|src)="(page/[^"]+)"', page)

    assert {name.removeprefix("page/") for name in names} == {*FILES} - {"mail.html"}
    for name in names:
        answer = client.get(f"/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/javascript", "text/css"))


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/page.css"])
def test_pages_forbid_what_they_do_not_need(client: TestClient, path: str) -> None:
    headers = client.get(path, headers=HTML).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/page/page.js"])
def test_a_browser_that_has_a_file_is_not_sent_it_again(client: TestClient, path: str) -> None:
    etag = client.get(path, headers=HTML).headers["etag"]

    again = client.get(path, headers={**HTML, "if-none-match": f'"x", {etag}'})
    other = client.get(path, headers={**HTML, "if-none-match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"].removeprefix("W/") == etag.removeprefix("W/")
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["page.py", "..%2fpage.py", "%2e%2e/page.py", "index.html", "x"])
def test_only_listed_files_are_served(client: TestClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 404


def test_the_page_needs_no_key_and_is_in_no_schema(settings: Settings) -> None:
    locked = settings.model_copy(update={"api_keys": (SecretStr("k" * 24),)})
    with TestClient(create_app(locked)) as client:
        assert client.get("/", headers=HTML).status_code == 200
        assert client.get("/page/page.js").status_code == 200
        assert client.get("/graphs").status_code == 401
        schema = client.get("/openapi.json", headers={"x-api-key": "k" * 24}).json()
    assert not [path for path in schema["paths"] if path.startswith("/page")]


def test_page_off_leaves_the_json_and_no_file(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"page": "off"}))) as client:
        root = client.get("/", headers=HTML)

        assert root.json()["ok"] is True
        assert client.get("/page/page.js").status_code == 404
        assert client.get("/page").status_code == 404


def test_the_page_works_below_a_prefix(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app, root_path="/team/fanjoin") as client:
        document = client.get("/team/fanjoin/", headers=HTML)
        without = client.get("/team/fanjoin", headers=HTML, follow_redirects=False)

        assert document.status_code == 200
        assert client.get("/team/fanjoin/page/page.js").status_code == 200
    addresses = re.findall(r'(?:href|src)="([^"]+)"', document.text)
    assert [one for one in addresses if one.startswith("/")] == []
    assert without.headers["location"] == "fanjoin/"


@pytest.mark.slow
def test_every_file_is_in_the_wheel(tmp_path: Path) -> None:
    command = [
        str(ROOT / ".venv/bin/uv"),
        "build",
        "--wheel",
        "--out-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)

    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"app/api/web/{name}" for name in (DOCUMENT, *FILES)} <= names


def test_the_deno_settings_cover_every_file() -> None:
    settings = json.loads((ROOT / "deno.json").read_text())

    assert settings["compilerOptions"]["checkJs"] is True
    assert settings["compilerOptions"]["noImplicitAny"] is True
    assert settings["fmt"]["lineWidth"] == 100
    assert settings["fmt"]["include"] == settings["lint"]["include"] == ["app/api/web/"]
