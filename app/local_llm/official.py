"""The official file over HTTP, resumed by Range where the server allows it."""

from pathlib import Path

import httpx2

from app.local_llm.weights import Progress, SourceFailed, Weights
from app.plain_json import named_error

ATTEMPTS = 5

TIMEOUT = httpx2.Timeout(30, connect=5)


def download(weights: Weights, partial: Path, progress: Progress) -> None:
    """Complete `partial`; a broken connection that brought bytes is resumed."""
    headers = {"Accept-Encoding": "identity"}
    with httpx2.Client(follow_redirects=True, timeout=TIMEOUT, headers=headers) as client:
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
    with client.stream("GET", weights.url, headers=request) as response:
        start = _first_byte(response, weights, held)
        with partial.open("r+b" if start else "wb") as file:
            file.seek(start)
            for block in response.iter_raw():
                file.write(block)
                progress("official file", file.tell(), weights.size)
                if file.tell() > weights.size:
                    break
            end = file.tell()
    if end != weights.size:
        raise SourceFailed(f"{weights.url} ended at {end} bytes, not {weights.size}")


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
