"""A route whose body FastAPI parses: its depth and its numbers are bounded, as a run's input is."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from app.plain_json import require_bounded, require_bounded_text


class JsonRoute(APIRoute):
    """Answers 422 to a body that could not be stored, and names the place."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handle_bounded(request: Request) -> Response:
            await _require_bounded_body(request)
            return await handle(request)

        return handle_bounded


async def _require_bounded_body(request: Request) -> None:
    try:
        raw = await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400, "the client left before its body had ended") from error
    try:
        body: Any = await request.json() if raw else None
    except (ValueError, RecursionError):
        require_bounded_text(raw.decode(errors="replace"))
        return  # FastAPI answers where it reads the body
    if not isinstance(body, dict):
        require_bounded(body, "body")
        return
    for key, value in body.items():
        require_bounded(value, key)
