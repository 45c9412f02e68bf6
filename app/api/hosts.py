"""The Host that a request names: a browser is led to loopback by any name (DNS rebinding)."""

import re
from collections.abc import Sequence
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.types import Scope

from app.errors import ForeignHost
from app.host_names import WrongHost, canonical_host
from app.plain_json import shortened
from app.setting_types import is_loopback

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[^][:/@?#\s]+)(?::[0-9]*)?")

_LONGEST_SHOWN = 100


@lru_cache(maxsize=64)
def _canonical(address: str) -> str:
    try:
        return canonical_host(address)
    except WrongHost:
        return address


_is_loopback = lru_cache(maxsize=64)(is_loopback)


class Hosts:
    """Refuses a request for a host that is neither loopback nor declared.

    Starlette's own check answers in plain text, and takes one address of loopback for each of its
    names.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        """Allow names, and `*.example.com` for every name below that one."""
        self._names = frozenset(host for host in allowed if not host.startswith("*"))
        self._endings = tuple(host[1:] for host in allowed if host.startswith("*"))

    def require_known(self, scope: Scope) -> None:
        """Check the Host of a request.

        Raises:
            ForeignHost: it names another machine, or nothing.
        """
        host = Headers(scope=scope).get("host", "")
        if not self._is_allowed(host):
            raise ForeignHost(
                f"the header Host names {shortened(host, _LONGEST_SHOWN) or 'nothing'}, which is "
                "neither localhost nor one of FANJOIN_ALLOWED_HOSTS"
            )

    def _is_allowed(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match["name"].lower().removesuffix(".")
        if name.startswith("["):
            name = _canonical(name)
        return name in self._names or name.endswith(self._endings) or _is_loopback(name.strip("[]"))
