"""Duffel over HTTP: what every request to it carries (duffel.com/docs/api)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from graphs.adapters.environment import address_in, text_in
from graphs.adapters.http.fetch import TIMEOUT, Fetched, Service, api_client, fetch

_VERSION = "v2"


@dataclass(frozen=True)
class DuffelSettings:
    """Access to Duffel."""

    access_token: str | None = field(default=None, repr=False)
    """`DUFFEL_ACCESS_TOKEN`; with it flights are searched by Duffel; a test token's are made up."""

    url: str = "https://api.duffel.com"
    """`FANJOIN_DUFFEL_URL`: Duffel's own, or a gateway to it."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(
            access_token=text_in("DUFFEL_ACCESS_TOKEN"),
            url=address_in("FANJOIN_DUFFEL_URL", cls.url),
        )


async def ask(
    service: Service,
    method: str,
    resource: str,
    *,
    params: Mapping[str, str | int],
    json: Mapping[str, object] | None = None,
    seconds: float = TIMEOUT,
) -> Fetched:
    """Return what Duffel answers; raise SourceError."""
    settings = DuffelSettings.read()
    return await fetch(
        service,
        api_client(),
        method,
        f"{settings.url}/{resource}",
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {settings.access_token}",
            "Duffel-Version": _VERSION,
        },
        params=params,
        json=json,
        seconds=seconds,
    )
