"""Pages of other origins: which may read the answers, by which headers (CORS)."""

from collections.abc import Sequence
from typing import Any

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_EXPOSED = ("Idempotent-Replayed", "Retry-After", "WWW-Authenticate")
"""What a page may read of an answer besides what any may (the Fetch standard's safelist)."""

ANY = "*"


def cors_options(origins: Sequence[str]) -> dict[str, Any]:
    """Return the options of Starlette's `CORSMiddleware`. Keys are headers, so no cookies pass."""
    return {
        "allow_origins": origins,
        "allow_methods": _METHODS,
        "allow_headers": ("*",),
        "allow_private_network": True,
        "expose_headers": _EXPOSED,
    }


def cors_headers(origins: Sequence[str], origin: str | None) -> dict[str, str]:
    """Return the headers of an answer that is given outside of that middleware.

    Without a known origin, as before a header is read, they are those of the only one declared.
    """
    if not origins:
        return {}
    exposed = {"Access-Control-Expose-Headers": ", ".join(_EXPOSED)}
    if ANY in origins:
        return {"Access-Control-Allow-Origin": ANY, **exposed}
    if origin is None and len(origins) == 1:
        origin = origins[0]
    if origin not in origins:
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": str(origin), "Vary": "Origin", **exposed}
