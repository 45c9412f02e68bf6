"""Requests that a page of another site sends: where no key is required, a browser alone is one."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from app.api.origins import ANY
from app.errors import CrossSite
from app.plain_json import shortened

_SAFE = frozenset({"GET", "OPTIONS"})

_LONGEST_SHOWN = 100


class CrossSiteCheck:
    """For a service without keys: refuses what pages of undeclared origins send.

    They cannot read answers, but a form or an image of theirs could start a run.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origins)

    def require_welcome(self, scope: Scope) -> None:
        """Check who sent a request that may change something.

        Raises:
            CrossSite: a page of another origin did, and that is not declared.
        """
        if scope["type"] != "http" or scope["method"] in _SAFE:
            return
        headers = Headers(scope=scope)
        if not self._is_welcome(headers):
            origin = shortened(headers.get("origin", "unknown"), _LONGEST_SHOWN)
            raise CrossSite(
                f"a page of another origin ({origin}) sent the request: declare the origin in "
                "FANJOIN_CORS_ORIGINS, or set FANJOIN_API_KEYS"
            )

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
