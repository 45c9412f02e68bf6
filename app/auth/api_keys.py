"""The keys that open the service."""

import hashlib
import hmac
from collections.abc import Sequence

from app.errors import Unauthorized

ANYONE = ""
"""The owner of every run where the service asks for no key."""


class ApiKeys:
    """The keys, as digests of one length: comparing them tells nothing of their contents."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = [_digest(key) for key in keys]

    def owner(self, key: str | None) -> str:
        """Return who shows this key, a name that does not reveal it.

        Raises:
            Unauthorized: keys are asked for, and this is none of them.
        """
        if not self._digests:
            return ANYONE
        if key is None:
            raise Unauthorized("no key: send x-api-key or Authorization: Bearer")
        shown = _digest(key)
        matches = [hmac.compare_digest(shown, digest) for digest in self._digests]
        if not any(matches):
            raise Unauthorized("the key is not one of FANJOIN_API_KEYS")
        return shown.hex()[:16]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
