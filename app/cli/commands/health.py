"""`fanjoin health`: whether the service of this machine takes runs; a container's HEALTHCHECK."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Annotated
from urllib.parse import urlsplit

import typer

from app.cli.address import local_url
from app.cli.environment import load_settings
from app.cli.errors import CommandError, NoService

_SECONDS = 5

_LONGEST_BODY = 1 << 16

HostOption = Annotated[str | None, typer.Option(help="Where it listens (FANJOIN_HOST).")]

PortOption = Annotated[int | None, typer.Option(help="The port it listens on (FANJOIN_PORT).")]


def health(host: HostOption = None, port: PortOption = None) -> None:
    """Check that the service of this machine is ready; exit 1 if it is not."""
    settings = load_settings(host=host, port=port)
    url = local_url(settings.host, settings.port)
    status, body = _request_health(url)
    if status != 200 or body.get("status") != "ready":
        raise CommandError(f"not ready: {body.get('detail') or f'{url} answered {status}'}")
    typer.echo(f"ready: {url} serves {body.get('graphs')} graphs")


def _request_health(url: str) -> tuple[int, dict[str, object]]:
    """Send the request by the standard library: called every few seconds, it must load fast."""
    try:
        address = urlsplit(url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=_SECONDS)
        with closing(connection):
            connection.request("GET", "/health/ready")
            answer = connection.getresponse()
            status, text = answer.status, answer.read(_LONGEST_BODY)
    except (OSError, HTTPException, ValueError) as error:  # a host's name may be no name at all
        raise NoService(f"No service answers at {url}: {error}") from error
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return status, body if isinstance(body, dict) else {}
