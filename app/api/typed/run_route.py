"""Routes that start runs: Idempotency-Key, body and start without FastAPI's dependencies.

Resolving dependencies costs more than everything else the service does for a short run. OpenAPI
still describes these routes: it reads the signature that a `RunEndpoint` declares.
"""

import email.message
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, cast

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from app.api.idempotency import KeyHeader, read_key
from app.runs.request import IdempotencyKey

Act = Callable[[Request, Any, IdempotencyKey | None], Awaitable[Response]]
"""What a route does with a request, its validated body and its key."""


class RunEndpoint:
    """Reads the key and the body of a request, and acts on them."""

    def __init__(
        self, act: Act, body: type[BaseModel], parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Declare `parameters`, by name and annotation, that `act` reads from the request."""
        self._act = act
        self._body: TypeAdapter[BaseModel] = TypeAdapter(body)
        kind = inspect.Parameter.KEYWORD_ONLY
        declared = {"idempotency_key": KeyHeader, **(parameters or {})}
        self.__name__ = getattr(act, "__name__", "run")
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter("body", kind, annotation=body),
                *(
                    inspect.Parameter(name, kind, annotation=annotation, default=None)
                    for name, annotation in declared.items()
                ),
            ]
        )

    async def __call__(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            RequestValidationError: the body or the key is not what it should be.
        """
        try:
            raw = await request.body()
        except ClientDisconnect as error:
            raise _unreadable() from error
        body = self._validate(raw, request.headers.get("content-type"))
        return await self._act(request, body, read_key(request, raw))

    def _validate(self, raw: bytes, content_type: str | None) -> BaseModel:
        value = _parse(raw) if _is_json(content_type) and raw else raw or None
        try:
            return self._body.validate_python(value, from_attributes=True)  # as FastAPI does
        except ValidationError as error:
            wrong = error.errors(include_url=False)
            if not raw:
                wrong = [{**wrong[0], "type": "missing", "msg": "Field required"}]
            places = [{**one, "loc": ("body", *one["loc"])} for one in wrong]
            raise RequestValidationError(places, body=value) from error


class RunRoute(APIRoute):
    """A route whose endpoint is a `RunEndpoint`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return cast("RunEndpoint", self.endpoint).__call__


def _is_json(content_type: str | None) -> bool:
    """Whether a body is JSON: `application/json`, or `application/...+json` (RFC 6839)."""
    if content_type == "application/json":
        return True
    message = email.message.Message()
    message["content-type"] = content_type or ""
    subtype = message.get_content_subtype()
    is_application = message.get_content_maintype() == "application"
    return is_application and (subtype == "json" or subtype.endswith("+json"))


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        place = {
            "type": "json_invalid",
            "loc": ("body", error.pos),
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": error.msg},
        }
        raise RequestValidationError([place], body=error.doc) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error


def _unreadable() -> HTTPException:
    return HTTPException(400, "There was an error parsing the body")
