"""The page: a document and its files, read once at start-up. They hold nothing secret."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import Response

from app.api.compression import accepts_gzip
from app.project import TITLE

FOLDER = Path(__file__).parent / "web"

DOCUMENT = "index.html"

FILES = (
    "answer.js",
    "api.js",
    "diagram.js",
    "events.js",
    "form.js",
    "graph.js",
    "history.js",
    "html.js",
    "line.js",
    "mail.html",
    "page.css",
    "page.js",
    "run.js",
    "summary.js",
    "timeline.js",
)
"""What is served below `/page`: no name in a request ever becomes a path on the disk."""

_ENTRY = "page.js"

_MAIL = "mail.html"

_COMMENT = re.compile(r"^[ ]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)[ ]*\n", re.DOTALL | re.MULTILINE)

_TYPE_IN_A_LINE = re.compile(r"/\*\* @type (?:(?!\*/).)*\*/ ")

_TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-src 'self'",  # the document around an output's HTML
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_POLICY_OF_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""The document around HTML that a graph made, and so that HTML: looks, and nothing else."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class PageFile:
    """One file in memory, plain and compressed once; the tag of the compressed one is weak."""

    body: bytes
    packed: bytes
    media_type: str
    policy: str
    etag: str

    def answer(self, request: Request, *, vary: str = "") -> Response:
        """Return the file, or 304 to a browser that has it already."""
        is_packed = accepts_gzip(request.headers)
        headers = {**_HEADERS, "Content-Security-Policy": self.policy}
        headers["ETag"] = f"W/{self.etag}" if is_packed else self.etag
        if vary:
            headers["Vary"] += f", {vary}"
        known = request.headers.get("if-none-match", "")
        if self.etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        body = self.packed if is_packed else self.body
        return Response(body, headers=headers, media_type=self.media_type)


def add_page(app: FastAPI) -> None:
    """Serve the page's files below `/page`; `/` answers with the document itself."""
    files = read_files()
    app.state.page = files[DOCUMENT]

    async def read_file(request: Request, name: str) -> Response:
        """Return one of the page's files."""
        if name not in FILES:
            raise HTTPException(HTTPStatus.NOT_FOUND, "the page has no such file")
        return files[name].answer(request)

    app.add_api_route("/page/{name}", read_file, include_in_schema=False)


def read_files() -> Mapping[str, PageFile]:
    """Return the document and its files by their names."""
    document = (FOLDER / DOCUMENT).read_text(encoding="utf-8")
    modules = (name for name in FILES if name.endswith(".js") and name != _ENTRY)
    preloads = "\n    ".join(f'<link rel="modulepreload" href="page/{name}">' for name in modules)
    document = document.replace("%TITLE%", escape(TITLE)).replace("<!-- modules -->", preloads)
    files = {name: _without_comments((FOLDER / name).read_text(encoding="utf-8")) for name in FILES}
    return {name: _page_file(name, text) for name, text in {**files, DOCUMENT: document}.items()}


def _without_comments(text: str) -> str:
    """Leave out comments, a sixth of what is sent; line numbers stay as they are."""
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    return _TYPE_IN_A_LINE.sub("", text)


def _page_file(name: str, text: str) -> PageFile:
    body = text.encode()
    return PageFile(
        body,
        gzip.compress(body, 9, mtime=0),
        _TYPES[Path(name).suffix],
        _POLICY_OF_MAIL if name == _MAIL else _POLICY,
        f'"{sha256(body).hexdigest()[:20]}"',
    )
