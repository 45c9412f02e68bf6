"""Requests that a page of another site sends: where no key is required, a browser alone is one."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.origins import ANY
from app.api.problems import refuse
from app.errors import CrossSite
from app.plain_json import shortened

_SAFE = frozenset({"GET", "OPTIONS"})

_LONGEST_SHOWN = 100


class CrossSiteCheck:
    """ASGI middleware for a service without keys: refuses what pages of undeclared origins send.

    They cannot read answers, but a form or an image of theirs could start a run.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            headers = Headers(scope=scope)
            if not self._is_welcome(headers):
                origin = shortened(headers.get("origin", "unknown"), _LONGEST_SHOWN)
                error = CrossSite(
                    f"a page of another origin ({origin}) sent the request: declare the origin in "
                    "FANJOIN_CORS_ORIGINS, or set FANJOIN_API_KEYS"
                )
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_welcome(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            site = headers.get("sec-fetch-site", "none")
            return site in ("none", "same-origin")
        if ANY in self._origins or origin in self._origins:
            return True
        return _authority(origin) == headers.get("host", "").lower().removesuffix(":80")


def _authority(origin: str) -> str:
    scheme, _, authority = origin.lower().partition("://")
    return authority.removesuffix(":443" if scheme == "https" else ":80")
