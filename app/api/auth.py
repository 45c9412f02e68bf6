"""Signing in: before the body of a request is read, and once for all routes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import refuse
from app.auth.api_keys import Owner
from app.errors import ServiceError, Unauthorized

_OPEN_PATHS = frozenset({"", "/", "/ok", "/health"})
"""What anybody may ask for, besides what is below `_OPEN_FOLDERS`."""

_OPEN_FOLDERS = ("/health/",)


class Authenticator(Protocol):
    """Signs a request in: API keys, or what a team puts in their place."""

    async def authenticate(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Owner:
        """Return whose request it is; raise Unauthorized for nobody's."""
        ...


class Authentication:
    """ASGI middleware: says to the routes behind it whose runs and threads a caller may see."""

    def __init__(
        self, app: ASGIApp, authenticator: Authenticator, *, open_pages: Sequence[str] = ()
    ) -> None:
        """`open_pages` are paths that anybody may ask for, with all that is below them."""
        self._app = app
        self._authenticator = authenticator
        self._paths = _OPEN_PATHS.union(open_pages)
        self._folders = (*_OPEN_FOLDERS, *(f"{page}/" for page in open_pages))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            # The same for every path: what one allows says which graphs there are.
            await Response(status_code=204)(scope, receive, send)
            return
        if scope["type"] == "lifespan" or self._is_open(scope):
            await self._app(scope, receive, send)
            return
        try:
            owner = await self._authenticator.authenticate(Headers(scope=scope), scope)
        except ServiceError as error:
            await refuse(error, scope, receive, send)
            return
        scope.setdefault("state", {})["owner"] = owner
        await self._app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        """Whether anybody may ask for a path; a server's `root_path` stands before it."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return path in self._paths or path.startswith(self._folders)


def owner_of(request: Request) -> Owner:
    """Return who signed in.

    Raises:
        Unauthorized: the path is open to anybody, so nobody did.
    """
    owner: Owner | None = getattr(request.state, "owner", None)
    if owner is None:
        raise Unauthorized("this path has no signed-in owner")
    return owner


async def get_owner(request: Request) -> Owner:
    return owner_of(request)


OwnerDep = Annotated[Owner, Depends(get_owner)]

_KEY = "One of FANJOIN_API_KEYS."
needs_key = [
    Security(APIKeyHeader(name="x-api-key", auto_error=False, description=_KEY)),
    Security(HTTPBearer(auto_error=False, description=_KEY)),
]
"""Declares in OpenAPI what `Authentication` has checked by then."""
