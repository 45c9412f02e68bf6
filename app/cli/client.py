"""The service as a command sees it: a few requests over HTTP, and their errors."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
from pydantic import SecretStr

from app.answer_bounds import IDENTITY, bounded
from app.cli.errors import BadInput, NoService, Refused
from app.cli.view.measures import one_line
from app.plain_json import named_error, shortened
from app.setting_types import is_loopback

_CONNECT_SECONDS = 5.0

_LONGEST_SHOWN = 100

_LONGEST_SAID = 200

_LAST_PORT = 65_535

_LARGEST_EVENT = 64 * 1024 * 1024
"""Bytes, of any other answer too: a report carries what every branch wrote, each up to 64 KiB."""

_LARGEST_STREAM = 2 * _LARGEST_EVENT

_SECONDS = 60.0
"""For an answer that needs no run."""

_LONGEST_RUN_SECONDS = 8 * 86_400.0
"""The service bounds a run by itself, to a week at most, and it may wait before."""


class Event(NamedTuple):
    """One server-sent event of a run."""

    name: str
    data: dict[str, Any]


class ServiceClient:
    """Speaks to one service; raises NoService and Refused, and nothing of HTTP."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self.url = url

    async def graphs(self) -> list[dict[str, Any]]:
        """Fetch the description of every graph."""
        with self._reaching():
            graphs: list[dict[str, Any]] = self._body(await self._get("/graphs"))
            return graphs

    async def graph(self, graph_id: str) -> dict[str, Any]:
        """Fetch the description of a graph; Refused for an unknown one."""
        with self._reaching():
            graph = self._object(await self._get(_path(graph_id)))
        if not isinstance(graph.get("input_schema"), dict):
            raise self._stranger(200)
        return graph

    async def invoke(
        self, graph_id: str, graph_input: Any, config: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run a graph and wait for its answer."""
        with self._reaching():
            path, body = f"{_path(graph_id)}/invoke", _request(graph_input, config)
            return self._object(await self._http.post(path, json=body))

    async def stream(
        self, graph_id: str, graph_input: Any, config: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Event]:
        """Run a graph and yield its events up to `end`; leaving early cancels the run."""
        path, body = f"{_path(graph_id)}/stream", _request(graph_input, config)
        with self._reaching():
            async with self._http.sse(
                path, method="POST", json=body, max_event_size=_LARGEST_EVENT
            ) as source:
                if not source.response.is_success:
                    await source.response.aread()
                    self._body(source.response)
                async for event in source:
                    data = json.loads(event.data)
                    if not isinstance(data, dict):
                        raise self._stranger(source.response.status_code)
                    yield Event(event.event, data)
                    if event.event == "end":
                        return
        raise NoService(f"The service at {self.url} closed the stream before the run ended.")

    async def crons(self, graph_id: str | None, limit: int) -> list[dict[str, Any]]:
        """Fetch the crons, newest first; of one graph where it is named."""
        of_graph = {} if graph_id is None else {"graph_id": graph_id}
        with self._reaching():
            answer = await self._send("GET", "/crons", params={"limit": limit, **of_graph})
            crons: list[dict[str, Any]] = self._body(answer)
            return crons

    async def cron(self, cron_id: str) -> dict[str, Any]:
        """Fetch a cron with its next ticks; Refused for an unknown one."""
        with self._reaching():
            return self._object(await self._get(_cron_path(cron_id)))

    async def create_cron(self, graph_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create a cron of a graph."""
        with self._reaching():
            path = f"{_path(graph_id)}/crons"
            return self._object(await self._send("POST", path, json=body))

    async def change_cron(self, cron_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change what the body names, and return the cron."""
        with self._reaching():
            return self._object(await self._send("PATCH", _cron_path(cron_id), json=body))

    async def delete_cron(self, cron_id: str) -> None:
        """Delete a cron; Refused for an unknown one."""
        with self._reaching():
            answer = await self._send("DELETE", _cron_path(cron_id))
            if answer.status_code != HTTPStatus.NO_CONTENT:
                self._body(answer)

    async def _get(self, path: str) -> httpx2.Response:
        return await self._send("GET", path)

    async def _send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._http.request(method, path, **request)
        except TimeoutError as error:
            raise NoService(f"{self.url} did not answer within {_SECONDS:g} s.") from error

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NoService(
                f"No service answers at {self.url}. "
                "Start one with `fanjoin serve`, or name its address with --url."
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            raise NoService(f"Talking to {self.url} failed: {error}") from error

    def _body(self, answer: httpx2.Response) -> Any:
        kind = "application/json" if answer.is_success else "application/problem+json"
        if not answer.headers.get("content-type", "").startswith(kind):
            raise self._stranger(answer.status_code)
        body = answer.json()
        if answer.is_success:
            return body
        if not isinstance(body, dict):
            raise self._stranger(answer.status_code)
        raise Refused(body)

    def _object(self, answer: httpx2.Response) -> dict[str, Any]:
        body = self._body(answer)
        if not isinstance(body, dict):
            raise self._stranger(answer.status_code)
        return body

    def _stranger(self, status: int) -> NoService:
        return NoService(f"{self.url} answered {status}, but not as Fanjoin does.")


def _request(graph_input: Any, config: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"input": graph_input, **({} if config is None else {"config": config})}


@asynccontextmanager
async def open_client(
    url: str, *, keys: Sequence[SecretStr] = (), seconds: float = _LONGEST_RUN_SECONDS
) -> AsyncIterator[ServiceClient]:
    """Speak to the service at `url` as long as the block lasts; the first key is shown to it.

    Raises BadInput when `url` is no address of a service, and NoService when the block lasts longer
    than so many seconds: a server that sends a byte now and then would have no limit.
    """
    url = url.rstrip("/")
    host = _host_of(url)
    timeout = httpx2.Timeout(_CONNECT_SECONDS, read=None)
    key = {"x-api-key": keys[0].get_secret_value()} if keys else {}
    async with httpx2.AsyncClient(
        base_url=url,
        headers={**IDENTITY, **key},
        timeout=timeout,
        trust_env=not is_loopback(host),  # a proxy's loopback is another machine's
        event_hooks=bounded(_LARGEST_EVENT, most_stream_bytes=_LARGEST_STREAM),
    ) as http:
        try:
            async with asyncio.timeout(seconds):
                yield ServiceClient(http, url)
        except TimeoutError as error:
            raise NoService(f"{url} did not answer within {seconds:g} s.") from error


@contextmanager
def understanding(address: str) -> Iterator[None]:
    """Raise NoService for an answer in another form than Fanjoin's, whoever sent it."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        said = shortened(one_line(named_error(error)), _LONGEST_SAID)
        raise NoService(f"{address} answers, but not as Fanjoin does ({said}).") from error


def _path(graph_id: str) -> str:
    return f"/graphs/{quote(graph_id, safe='')}"


def _cron_path(cron_id: str) -> str:
    return f"/crons/{quote(cron_id, safe='')}"


def _host_of(url: str) -> str:
    try:
        address = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise _no_address(url, str(error)) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise _no_address(url, "it has no http:// and host")
    if (address.port or 0) > _LAST_PORT:
        raise _no_address(url, f"ports end at {_LAST_PORT}")
    return address.host


def _no_address(url: str, reason: str) -> BadInput:
    shown = shortened(url, _LONGEST_SHOWN)
    return BadInput(f"{shown!r} is no address of a service ({reason}): write http://host:port.")
