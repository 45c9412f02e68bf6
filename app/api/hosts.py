"""The Host that a request names: a browser is led to loopback by any name (DNS rebinding)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import refuse
from app.errors import ForeignHost
from app.plain_json import shortened

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[^][:/@?#\s]+)(?::[0-9]*)?")

_LONGEST_SHOWN = 100


class Hosts:
    """ASGI middleware: refuses a request for a host that is neither loopback nor declared.

    Starlette's own answers in plain text, and takes one address of loopback for each of its names.
    """

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        """Allow names, and `*.example.com` for every name below that one."""
        self._app = app
        self._names = frozenset(host for host in allowed if not host.startswith("*"))
        self._endings = tuple(host[1:] for host in allowed if host.startswith("*"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            host = Headers(scope=scope).get("host", "")
            if not self._is_allowed(host):
                error = ForeignHost(
                    f"the header Host names {shortened(host, _LONGEST_SHOWN) or 'nothing'}, which "
                    "is neither localhost nor one of FANJOIN_ALLOWED_HOSTS"
                )
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_allowed(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match["name"].lower()
        return (
            name in self._names
            or name == "localhost"
            or name.endswith(self._endings)
            or _is_loopback(name.strip("[]"))
        )


@lru_cache(maxsize=64)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
