"""Duffel over HTTP: what every request to it carries (duffel.com/docs/api)."""

from collections.abc import Mapping

from graphs.adapters.http.fetch import TIMEOUT, Fetched, Service, api_client, fetch
from graphs.adapters.settings import AdapterSettings

_VERSION = "v2"


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
    settings = AdapterSettings.read()
    return await fetch(
        service,
        api_client(),
        method,
        f"{settings.duffel_url}/{resource}",
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {settings.duffel_access_token}",
            "Duffel-Version": _VERSION,
        },
        params=params,
        json=json,
        seconds=seconds,
    )
