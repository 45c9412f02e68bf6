"""HTTP to the sources: shared connections, limits on time and size, and errors with a name.

Whoever asks hands over the client: `api_client` for the services that the operator chose, whose
addresses may be private, `page_client` for addresses that come from outside.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from graphs.adapters.errors import (
    SourceAnswerUnusable,
    SourceError,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
)
from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.public_network import AddressRule, PublicTransport
from graphs.adapters.http.tls import ssl_context
from graphs.adapters.http.user_agent import user_agent
from graphs.kit.model.answer_bounds import AnswerBounds
from graphs.kit.model.errors import AnswerTooLarge, AnswerTooSlow
from graphs.kit.model.http_client import LIMITS, AnyLoopClient

Shape = TypeVar("Shape", bound=BaseModel)

TIMEOUT = 20.0
"""Seconds for a whole answer, unless a source is made with another."""

MOST_BYTES = 2_000_000
"""Of an answer, decompressed; what follows is not read."""

FETCH_BOUNDS = AnswerBounds(most_bytes=20_000_000, most_values=20_000_000)
"""A net below what each `fetch` reads, which also sees what is compressed into nothing."""

MOST_REDIRECTS = 5

_CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Service:
    """Who is asked, and the settings to check when it does not answer as it should."""

    name: str
    address_setting: str | None = None
    access_setting: str | None = None


@dataclass(frozen=True)
class Fetched:
    """What came back, with a 2xx status."""

    content: bytes
    is_whole: bool
    """False when there was more than may be read."""

    media_type: str
    """Lower case, without parameters; empty when the server named none."""

    charset: str | None


@cache
def api_client() -> httpx2.AsyncClient:
    """Return the client for services; it follows no redirect, which would take the key along."""
    return AnyLoopClient(
        lambda: httpx2.AsyncClient(cookies=_no_cookies(), verify=ssl_context(), limits=LIMITS),
        FETCH_BOUNDS,
    )


@lru_cache(maxsize=8)
def page_client(may_reach: AddressRule = is_public) -> httpx2.AsyncClient:
    """Return the client for addresses from outside; `may_reach` says which it may connect to."""
    return AnyLoopClient(
        lambda: httpx2.AsyncClient(cookies=_no_cookies(), transport=PublicTransport(may_reach)),
        FETCH_BOUNDS,
    )


async def fetch(
    service: Service,
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    *,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, object] | None = None,
    most_bytes: int = MOST_BYTES,
    most_redirects: int = 0,
) -> Fetched:
    """Return what a service answers, within so many seconds for the whole of it.

    Redirects are followed up to `most_redirects`; a key goes along, so services have none.

    Raises:
        SourceError: it refused, broke off, took too long, or its address must not be reached.
    """
    limits = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
    sent = {"User-Agent": user_agent(), **(headers or {})}
    try:
        request = client.build_request(
            method, url, headers=sent, params=params, json=json, timeout=limits
        )
        async with asyncio.timeout(seconds):
            for _ in range(most_redirects + 1):
                # Not by the client, which reads the body of every redirect whole.
                response = await client.send(request, stream=True, follow_redirects=False)
                async with aclosing(response):
                    if not most_redirects or response.next_request is None:
                        return await _read(service, response, most_bytes)
                    request = response.next_request
    # Errors go without their cause, which knows the request or quotes its header: the key.
    except (TimeoutError, httpx2.TimeoutException):
        raise SourceTimeout(f"{service.name} did not answer within {seconds:g} s") from None
    except (AnswerTooLarge, AnswerTooSlow) as error:
        raise SourceAnswerUnusable(f"{service.name} cannot be read: {error}") from None
    except (httpx2.InvalidURL, httpx2.LocalProtocolError, UnicodeError):
        settings = " and ".join(filter(None, (service.address_setting, service.access_setting)))
        raise _unreachable(service, "its address or key is malformed", settings) from None
    except httpx2.HTTPError as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise _unreachable(service, why, service.address_setting) from None
    why = f"it sent more than {most_redirects} redirects"
    raise _unreachable(service, why, service.address_setting)


def parse(service: Service, shape: type[Shape], fetched: Fetched) -> Shape:
    """Return a JSON answer as a `shape`; raise SourceAnswerUnusable when it is none."""
    content = whole(service, fetched)
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"]) or "the answer"
        raise SourceAnswerUnusable(
            f"{service.name} answered out of shape: {place}: {problem['msg'][:200]}"
        ) from None  # the cause quotes the answer


def whole(service: Service, fetched: Fetched) -> bytes:
    """Return the answer's content; raise SourceAnswerUnusable when there was more of it."""
    if fetched.is_whole:
        return fetched.content
    raise SourceAnswerUnusable(
        f"{service.name} sent more than the {len(fetched.content):,} bytes that are read"
    )


async def _read(service: Service, response: httpx2.Response, most_bytes: int) -> Fetched:
    if not response.is_success:
        raise _refused(service, response)
    content = bytearray()
    async with aclosing(response.aiter_bytes()) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) > most_bytes:
                break
    return Fetched(
        content=bytes(content[:most_bytes]),
        is_whole=len(content) <= most_bytes,
        media_type=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        charset=response.charset_encoding,
    )


def _refused(service: Service, response: httpx2.Response) -> SourceRefused:
    status = response.status_code
    fix = ""
    if status in (401, 403):
        fix = f": check {service.access_setting}" if service.access_setting else ""
    elif status == 429 or status >= 500:
        fix = ": try again later"
    elif status < 400 or status == 404:
        fix = f": check {service.address_setting}" if service.address_setting else ""
    return SourceRefused(f"{service.name} answered {status}{fix}", response)


def _unreachable(service: Service, why: str, settings: str | None) -> SourceError:
    fix = f"; check {settings}" if settings else ""
    return SourceUnreachable(f"{service.name} cannot be reached ({why}){fix}")


def _no_cookies() -> CookieJar:
    """Return a jar that takes none: what a server remembers of one run is no other run's."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
