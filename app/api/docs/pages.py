"""Serves the page of the API's description, and the files it needs."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_STATIC = Path(__file__).parent / "static"

_PAGE = (_STATIC / "docs.html").read_text(encoding="utf-8")

_SWAGGER_UI = ("fastapi_offline", "static")
"""The package that ships it, and the folder there."""

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI sets styles of elements
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def add_docs(app: FastAPI) -> None:
    """Serve the API's description as a page under `/docs`."""
    app.add_api_route("/docs", read_docs, include_in_schema=False)
    app.mount("/docs", StaticFiles(directory=_STATIC, packages=[_SWAGGER_UI]))


async def read_docs(request: Request) -> HTMLResponse:
    """Return the page; its addresses are relative, so it works under any path prefix."""
    folder = "." if request.scope.get("raw_path", b"").endswith(b"/") else "docs"
    return HTMLResponse(
        _PAGE.replace("FILES", folder),
        headers={"Content-Security-Policy": _CSP, "X-Content-Type-Options": "nosniff"},
    )
