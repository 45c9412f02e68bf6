"""A route whose body FastAPI parses: its depth and its numbers are bounded, as a run's input is."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.requests import ClientDisconnect

from app.errors import InvalidInput
from app.plain_json import clean_text, require_bounded, require_bounded_text


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
    except (json.JSONDecodeError, UnicodeDecodeError):
        return  # FastAPI says where it breaks
    except (ValueError, RecursionError):
        require_bounded_text(raw.decode(errors="replace"))
        return
    for key, value in body.items() if isinstance(body, dict) else [("body", body)]:
        require_bounded(value, key)
        _require_text(key, value)


def _require_text(key: str, value: Any) -> None:
    """Refuse half a surrogate pair, which Python's parser reads and nothing can write again."""
    try:
        to_json({key: value})
    except ValueError as error:
        raise InvalidInput.at(clean_text(key), f"it cannot be written as JSON: {error}") from error
