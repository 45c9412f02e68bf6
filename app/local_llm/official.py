"""The official file over HTTP, resumed by Range where the server allows it."""

import time
from contextlib import closing
from pathlib import Path

import httpx2

from app.local_llm.weights import Progress, SourceFailed, Weights
from app.plain_json import named_error

ATTEMPTS = 5

TIMEOUT = httpx2.Timeout(30, connect=5)

MOST_REDIRECTS = 5

SLOWEST = 10_000
"""Bytes a second, on average since the connection was made."""

PATIENCE = 60
"""Seconds before the first judgement."""


def download(weights: Weights, partial: Path, progress: Progress) -> None:
    """Complete `partial`; a broken connection that brought bytes is resumed.

    Of any answer no more is read than the file may have, and slower than `SLOWEST` it is given up.
    """
    headers = {"Accept-Encoding": "identity"}
    with httpx2.Client(timeout=TIMEOUT, headers=headers) as client:
        for attempt in range(1, ATTEMPTS + 1):
            held = _held_bytes(partial, weights)
            try:
                _receive(client, weights, partial, held, progress)
            except httpx2.HTTPError as error:
                if attempt == ATTEMPTS or _held_bytes(partial, weights) <= held:
                    reason = f"{weights.url}: {named_error(error)}"
                    raise SourceFailed(reason) from error
            else:
                return


def _held_bytes(partial: Path, weights: Weights) -> int:
    size = partial.stat().st_size if partial.exists() else 0
    return size if size <= weights.size else 0


def _receive(
    client: httpx2.Client, weights: Weights, partial: Path, held: int, progress: Progress
) -> None:
    if held == weights.size:
        return
    request = {"Range": f"bytes={held}-"} if held else {}
    with closing(
        _answer(client, client.build_request("GET", weights.url, headers=request))
    ) as response:
        start = _first_byte(response, weights, held)
        with partial.open("r+b" if start else "wb") as file:
            file.seek(start)
            pace = _Pace(weights)
            for block in response.iter_raw():
                file.write(block)
                pace.count(len(block))
                progress("official file", file.tell(), weights.size)
                if file.tell() > weights.size:
                    break
            end = file.tell()
    if end != weights.size:
        raise SourceFailed(f"{weights.url} ended at {end} bytes, not {weights.size}")


def _answer(client: httpx2.Client, request: httpx2.Request) -> httpx2.Response:
    """Follow redirects without their bodies, which httpx2 would read whole."""
    for _ in range(MOST_REDIRECTS + 1):
        response = client.send(request, stream=True)
        if response.next_request is None:
            return response
        response.close()
        request = response.next_request
    raise SourceFailed(f"{request.url.host} sent more than {MOST_REDIRECTS} redirects")


class _Pace:
    """Raises SourceFailed once the bytes come too slowly, after the patience of a slow start."""

    def __init__(self, weights: Weights) -> None:
        self._url = weights.url
        self._began = time.monotonic()
        self._bytes = 0

    def count(self, size: int) -> None:
        self._bytes += size
        seconds = time.monotonic() - self._began
        if seconds > PATIENCE and self._bytes < SLOWEST * seconds:
            raise SourceFailed(f"{self._url} sends less than {SLOWEST:,} bytes a second")


def _first_byte(response: httpx2.Response, weights: Weights, held: int) -> int:
    """Return where the body starts in the file: 0 if the server ignored the Range."""
    if not response.is_success:
        raise SourceFailed(f"{weights.url} answered {response.status_code}")
    start = 0
    if response.status_code == httpx2.codes.PARTIAL_CONTENT:
        start = held
        if not response.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
            raise SourceFailed(f"{weights.url} answered another range than the requested one")
    announced = response.headers.get("Content-Length")
    if announced is not None and start + int(announced) != weights.size:
        raise SourceFailed(
            f"{weights.url} offers {start + int(announced)} bytes, not {weights.size}"
        )
    return start
