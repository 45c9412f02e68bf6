"""Images from the web: by https alone, redirects included, and from public addresses alone."""

from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.fetch import FETCH_BOUNDS, MOST_REDIRECTS, TIMEOUT, Service, fetch
from graphs.adapters.http.public_network import AddressRule, PublicTransport
from graphs.adapters.images.decoding import ACCEPTED, MOST_BYTES, ImageRefused
from graphs.kit.model.http_client import AnyLoopClient

HTTPS = "https"

_ACCEPT = "image/webp, image/png, image/jpeg, image/gif"


async def fetch_image(
    url: str,
    *,
    seconds: float = TIMEOUT,
    may_reach: AddressRule = is_public,
    scheme: str = HTTPS,
) -> bytes:
    """Return what lies at an address, whatever it is said to be.

    Raises:
        AddressRefused: the address, or one it redirects to, is not on the public internet.
        ImageRefused: one of them is not by https (`scheme`), or there is more than is read.
        SourceError: it cannot be had.
    """
    service = Service(f"the image at {host_of(url, scheme)}")
    fetched = await fetch(
        service,
        _client(may_reach, scheme),
        "GET",
        url,
        headers={"Accept": _ACCEPT},
        seconds=seconds,
        most_bytes=MOST_BYTES,
        most_redirects=MOST_REDIRECTS,
    )
    if not fetched.is_whole:
        raise ImageRefused(
            f"{service.name} has more than the {MOST_BYTES:,} bytes that are read: "
            f"name a smaller one, {ACCEPTED}"
        )
    return fetched.content


def host_of(url: str, scheme: str = HTTPS) -> str:
    """Return the host of an address; raise ImageRefused unless it is one by `scheme`."""
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise ImageRefused(f"the image's address is malformed ({error})") from error
    _require(parts, scheme)
    return parts.host


def _require(url: httpx2.URL, scheme: str) -> None:
    if url.scheme != scheme or not url.host:
        raise ImageRefused(
            f"the image's address begins with {url.scheme!r}: it must begin with {scheme}://"
        )


class _OneScheme(PublicTransport):
    """Refuses a request by another scheme, which a redirect may well ask for."""

    def __init__(self, may_reach: AddressRule, scheme: str) -> None:
        super().__init__(may_reach)
        self._scheme = scheme

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        _require(request.url, self._scheme)
        return await super().handle_async_request(request)


@lru_cache(maxsize=8)
def _client(may_reach: AddressRule, scheme: str) -> httpx2.AsyncClient:
    def make() -> httpx2.AsyncClient:
        forgetful = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return httpx2.AsyncClient(cookies=forgetful, transport=_OneScheme(may_reach, scheme))

    return AnyLoopClient(make, FETCH_BOUNDS)
