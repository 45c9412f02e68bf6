"""A client that follows one run through every life of the service, from where it left off."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Any

import httpx2

from tests.e2e.killed_service import KilledService

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Follower:
    """Follows one run to its end, or until the run or its events are deleted."""

    def __init__(
        self, service: KilledService, run_id: str, on_event: Callable[[], None] | None = None
    ) -> None:
        """Call `on_event` for each event."""
        self.run_id = run_id
        self.ids: list[int] = []
        self.finished: dict[str, int] = {}
        """The branches reported as finished, each with how many nodes had started by then."""

        self.is_gone = False
        self._service = service
        self._on_event = on_event or (lambda: None)

    async def follow(self, client: httpx2.AsyncClient) -> None:
        is_over = False
        while not (is_over or self.is_gone):
            try:
                async for number, type, data in self._events(client):
                    self.ids.append(number)
                    if type == "branch_finished" and data["status"] == "ok":
                        self.finished.setdefault(data["id"], self._service.count_starts())
                    is_over = type == "end"
                    self._on_event()
            except httpx2.TransportError:
                await asyncio.sleep(0.05)

    def repeated(self, name: str, before: int | None = None) -> list[str]:
        """Return the branches that started again after they were reported as finished.

        The run's nodes say that they start by this name. Only so many starts are looked at.
        """
        return [
            node
            for number, (of_run, node) in enumerate(self._service.starts()[:before])
            if of_run == name and number >= self.finished.get(node, number + 1)
        ]

    async def _events(
        self, client: httpx2.AsyncClient
    ) -> AsyncIterator[tuple[int, str, dict[str, Any]]]:
        headers = {"Last-Event-ID": str(self.ids[-1] if self.ids else 0)}
        address = f"{self._service.url}/runs/{self.run_id}/stream"
        async with client.stream("GET", address, headers=headers) as response:
            if response.status_code in _GONE:
                self.is_gone = True
                return
            assert response.status_code == HTTPStatus.OK
            block: dict[str, str] = {}
            async for line in response.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    block[name] = value
                elif "event" in block:
                    yield int(block["id"]), block["event"], json.loads(block["data"])
                    block = {}
                else:
                    block = {}
