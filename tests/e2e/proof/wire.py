"""One HTTP client: sends a request once, and says whether it was answered."""

import asyncio
from typing import Any, NamedTuple

import httpx2

from tests.e2e.killed_service import KilledService
from tests.e2e.proof.figures import Figures
from tests.e2e.proof.storm import Storm

_SENT = "http11.send_request_body.complete"
_PAUSE_SECONDS = 0.05


class Answer(NamedTuple):
    """What the service answered."""

    status: int
    body: Any

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Wire:
    """Requests to a service that may be killed at any moment."""

    def __init__(
        self, client: httpx2.AsyncClient, service: KilledService, storm: Storm, figures: Figures
    ) -> None:
        self.client = client
        self._service = service
        self._storm = storm
        self._figures = figures

    async def attempt(
        self, method: str, path: str, body: Any = None, *, key: str | None = None
    ) -> Answer | None:
        """Send a request when the service is up; None if no answer came."""
        await self._storm.until_up()
        headers = {} if key is None else {"Idempotency-Key": key}
        address = f"{self._service.url}{path}"
        try:
            response = await self.client.request(
                method, address, json=body, headers=headers, extensions={"trace": self._trace}
            )
        except httpx2.TimeoutException:
            self._figures.expect("an answer comes", False, f"{method} {path}")
            return None
        except httpx2.TransportError:
            return None
        self._storm.moment()
        is_fine = response.status_code not in (500, 503)
        self._figures.expect("an answer is no 500 and no 503", is_fine, f"{path} {response.text}")
        return Answer(response.status_code, response.json() if response.content else None)

    async def read(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request that changes nothing, again until it is answered."""
        while True:
            answer = await self.attempt(method, path, body)
            if answer is not None:
                return answer
            await asyncio.sleep(_PAUSE_SECONDS)

    def moment(self) -> None:
        """Count an event of a stream."""
        self._storm.moment()

    async def _trace(self, event: str, _: dict[str, Any]) -> None:
        if event == _SENT:
            self._storm.moment()
