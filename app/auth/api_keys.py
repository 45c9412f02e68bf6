"""The API keys of the service: one way to sign in."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Unauthorized

Owner = str
"""Whose runs and threads they are: a name that reveals no secret."""

ANYONE: Owner = ""
"""The owner of everything where the service requires no key."""


class ApiKeys:
    """The keys, as digests of one length: comparing them reveals nothing of their contents."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = [_digest(key) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._digests)

    async def authenticate(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Owner:
        """Return the owner that a request's headers sign in.

        Raises:
            Unauthorized: keys are required, and the request has none of them.
        """
        return self.owner(headers.get("x-api-key") or bearer_of(headers))

    def owner(self, key: str | None) -> Owner:
        """Return the owner of a key.

        Raises:
            Unauthorized: keys are required, and this is none of them.
        """
        if not self._digests:
            return ANYONE
        if key is None:
            raise Unauthorized(
                "the request has no API key: send x-api-key or Authorization: Bearer"
            )
        digest = _digest(key)
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        if not any(matches):
            raise Unauthorized("the key is not one of FANJOIN_API_KEYS")
        return digest.hex()[:16]


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """Return the credentials of `Authorization: Bearer`."""
    scheme, _, credentials = (headers.get("authorization") or "").partition(" ")
    return credentials.strip() or None if scheme.lower() == "bearer" else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
