"""The public keys of an issuer of tokens: fetched when first needed, stored, and fetched again."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from app.answer_bounds import IDENTITY, bounded
from app.errors import IssuerUnavailable

logger = logging.getLogger(__name__)

_FRESH_SECONDS = 3600.0
"""After it a key that was taken back is no longer accepted."""

_USABLE_SECONDS = 86_400.0
"""For how long keys are used while the issuer does not answer."""

_PAUSE_SECONDS = 10.0
"""Between two fetches: anybody can send a token that names an unknown key."""

_FETCH_SECONDS = 5.0
_MOST_BYTES = 1_000_000
_RETRY_AFTER = 5

Jwk = Mapping[str, Any]


class Jwks:
    """The keys of one issuer, by their ids."""

    def __init__(
        self, issuer: str, url: str | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._url = url
        self._clock = clock
        self._keys: list[Jwk] = []
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str | None) -> Jwk | None:
        """Return the key of this id, or the only one there is; None where there is none.

        Raises:
            IssuerUnavailable: the issuer does not answer, and no usable key is stored.
        """
        key = self._find(key_id)
        is_fresh = self._clock() - self._fetched_at <= _FRESH_SECONDS
        if key is not None and (is_fresh or self._fetching.locked()):
            return key
        await self._refresh()
        return self._find(key_id)

    def _find(self, key_id: str | None) -> Jwk | None:
        if key_id is None:
            return self._keys[0] if len(self._keys) == 1 else None
        return next((key for key in self._keys if key.get("kid") == key_id), None)

    async def _refresh(self) -> None:
        """Fetch the keys, unless that was tried a moment ago."""
        async with self._fetching:
            if self._clock() - self._tried_at > _PAUSE_SECONDS:
                self._tried_at = self._clock()
                try:
                    self._keys = await self._fetch()
                    self._fetched_at = self._clock()
                except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TimeoutError) as error:
                    reason = str(error) or type(error).__name__
                    fields = {"issuer": self._issuer, "error": reason}
                    logger.warning("the keys of the issuer cannot be fetched", extra=fields)
        if self._clock() - self._fetched_at > _USABLE_SECONDS:
            self._keys = []
            message = f"the issuer {self._issuer} does not give its keys: see the service's log"
            raise IssuerUnavailable(message, retry_after=_RETRY_AFTER)

    async def _fetch(self) -> list[Jwk]:
        hooks = bounded(_MOST_BYTES)
        async with (
            asyncio.timeout(_FETCH_SECONDS),
            httpx2.AsyncClient(headers=IDENTITY, event_hooks=hooks) as client,
        ):
            url = self._url or await self._discover(client)
            document = await _read_json(client, url)
        keys = document.get("keys")
        if not isinstance(keys, list):
            raise ValueError(f"{url} has no list of keys")  # noqa: TRY004 - as any other answer
        return [key for key in keys if isinstance(key, dict)]

    async def _discover(self, client: httpx2.AsyncClient) -> str:
        """Return where the keys are (OpenID Connect Discovery 1.0, section 4)."""
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        document = await _read_json(client, url)
        if document.get("issuer") != self._issuer:
            raise ValueError(f"{url} is of the issuer {document.get('issuer')!r}")
        address = document.get("jwks_uri")
        if not isinstance(address, str) or not address.startswith(_schemes(self._issuer)):
            raise ValueError(f"{url} names no jwks_uri with https")
        return address


async def _read_json(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    answer = await client.get(url)
    answer.raise_for_status()
    try:
        document = answer.json()
    except RecursionError as error:
        raise ValueError(f"{url} is nested too deep") from error
    if not isinstance(document, dict):
        raise ValueError(f"{url} is no JSON object")  # noqa: TRY004 - as any other answer
    return document


def _schemes(issuer: str) -> tuple[str, ...]:
    """Keys may come without TLS where the issuer itself is on this machine."""
    return ("https://",) if issuer.startswith("https://") else ("https://", "http://")
