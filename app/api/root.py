"""`/`: the page for a browser, and links to what the service offers as JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response
from starlette.responses import RedirectResponse

from app.api.dependencies import ServiceDep
from app.api.page import PageFile
from app.project import NAME

router = APIRouter(tags=["system"])

_LINKS = {
    "graphs": "graphs",
    "info": "info",
    "ready": "health/ready",
}
"""Relative, so they work under any path prefix."""

_LINKS_OF_DOCS = {"docs": "docs", "openapi": "openapi.json"}

_VARY = {"Vary": "Accept"}


@router.get("/", responses={200: {"content": {"text/html": {}}}})
async def read_root(
    request: Request, service: ServiceDep, accept: Annotated[str, Header()] = "*/*"
) -> Response:
    """Return links to what the service offers: JSON, or the page with `Accept: text/html`."""
    page: PageFile | None = getattr(request.app.state, "page", None)
    if page is not None and "text/html" in accept:
        return _redirect_to_folder(request) or page.answer(request, vary="Accept")
    links = {**(_LINKS_OF_DOCS if service.settings.serves_docs else {}), **_LINKS}
    body: dict[str, Any] = {"ok": True, "name": NAME, "links": links}
    return JSONResponse(body, headers=_VARY)


def _redirect_to_folder(request: Request) -> Response | None:
    """Lead from `/prefix` to `/prefix/`, which the page's relative addresses are below."""
    prefix: str = request.scope.get("root_path", "")
    if not prefix or request.scope.get("raw_path", b"/").endswith(b"/"):
        return None
    return RedirectResponse(f"{prefix.rpartition('/')[2]}/")
