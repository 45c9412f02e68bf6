"""`fanjoin health`: whether the service of this machine takes runs; a container's HEALTHCHECK."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Annotated
from urllib.parse import urlsplit

import typer

from app.cli.address import local_url
from app.cli.environment import load_settings
from app.cli.errors import CommandError, NoService
from app.cli.view.measures import one_line
from app.plain_json import shortened

_LONGEST_BODY = 1 << 16

_LONGEST_SHOWN = 500

HostOption = Annotated[str | None, typer.Option(help="Where it listens (FANJOIN_HOST).")]

PortOption = Annotated[int | None, typer.Option(help="The port it listens on (FANJOIN_PORT).")]


SecondsOption = Annotated[
    float, typer.Option(min=0.1, max=600, help="How long the whole answer may take.")
]

_Answer = tuple[int, dict[str, object]]


def health(host: HostOption = None, port: PortOption = None, seconds: SecondsOption = 5) -> None:
    """Check that the service of this machine is ready; exit 1 if it is not."""
    settings = load_settings(host=host, port=port)
    url = local_url(settings.host, settings.port)
    status, body = _request_health(url, seconds)
    if status != 200 or body.get("status") != "ready":
        reason = str(body.get("detail") or f"{url} answered {status}")
        raise CommandError(f"not ready: {shortened(one_line(reason), _LONGEST_SHOWN)}")
    graphs = shortened(one_line(str(body.get("graphs"))), _LONGEST_SHOWN)
    typer.echo(f"ready: {url} serves {graphs} graphs")


def _request_health(url: str, seconds: float) -> _Answer:
    """Return the answer, or raise NoService when the time is up, wherever the server has got to.

    A socket's own limit begins anew with each byte, and looking a name up has none. So a thread
    waits for the server, and nobody waits for the thread.
    """
    answers: SimpleQueue[_Answer | Exception] = SimpleQueue()
    answer: _Answer | Exception

    def ask() -> None:
        try:
            answers.put(_read_health(url, seconds))
        except Exception as error:  # noqa: BLE001  # raised again below
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        answer = TimeoutError()
    if isinstance(answer, TimeoutError):
        raise NoService(f"{url} did not answer within {seconds:g} s.") from answer
    if isinstance(answer, (OSError, HTTPException, ValueError)):  # a host's name may be no name
        reason = shortened(one_line(str(answer)), _LONGEST_SHOWN)
        raise NoService(f"No service answers at {url}: {reason}") from answer
    if isinstance(answer, Exception):
        raise answer
    return answer


def _read_health(url: str, seconds: float) -> _Answer:
    """Send the request by the standard library: called every few seconds, it must load fast."""
    address = urlsplit(url)
    with closing(HTTPConnection(address.hostname or "", address.port, timeout=seconds)) as server:
        server.request("GET", "/health/ready")
        with closing(server.getresponse()) as answer:
            text = answer.read(_LONGEST_BODY)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    return answer.status, body if isinstance(body, dict) else {}
