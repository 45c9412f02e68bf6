"""Routes that start runs: Idempotency-Key, body and start without FastAPI's dependencies.

Resolving dependencies costs more than everything else the service does for a short run. OpenAPI
still describes these routes: it reads the signature that a `RunEndpoint` declares.
"""

import email.message
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, NamedTuple, cast

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter
from starlette.requests import ClientDisconnect

from app.api.idempotency import KeyHeader, read_key
from app.errors import InvalidInput
from app.graphs.contracts import DoesNotFit, described, validate_json
from app.plain_json import require_bounded_text
from app.runs.request import IdempotencyKey


class Body(NamedTuple):
    """The models of one body: `reads` leaves to the graph's contracts what is the graph's."""

    reads: type[BaseModel]
    shows: type[BaseModel]
    """For OpenAPI, with the graph's own schemas."""


Act = Callable[[Request, Any, IdempotencyKey | None], Awaitable[Response]]
"""What a route does with a request, its validated body and its key."""


class RunEndpoint:
    """Reads the key and the body of a request, and acts on them."""

    def __init__(self, act: Act, body: Body, parameters: Mapping[str, Any] | None = None) -> None:
        """Declare `parameters`, by name and annotation, that `act` reads from the request."""
        self._act = act
        self._body: TypeAdapter[BaseModel] = TypeAdapter(body.reads)
        self._keys = list(body.reads.model_fields)
        kind = inspect.Parameter.KEYWORD_ONLY
        declared = {"idempotency_key": KeyHeader, **(parameters or {})}
        self.__name__ = getattr(act, "__name__", "run")
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter("body", kind, annotation=body.shows),
                *(
                    inspect.Parameter(name, kind, annotation=annotation, default=None)
                    for name, annotation in declared.items()
                ),
            ]
        )

    async def __call__(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            InvalidInput: the body is not what it should be.
            RequestValidationError: it is no JSON, or the key is not what it should be.
        """
        try:
            raw = await request.body()
        except ClientDisconnect as error:
            raise _unreadable() from error
        body = self._validate(raw, request.headers.get("content-type"))
        return await self._act(request, body, read_key(request, raw))

    def _validate(self, raw: bytes, content_type: str | None) -> BaseModel:
        if not raw:
            raise _no_object(None, "missing", "Field required")
        if not _is_json(content_type):
            raise _no_object(raw)
        try:
            read: BaseModel = validate_json(self._body, raw)
        except DoesNotFit as misfit:
            first = misfit.errors[0]
            if first["type"] == "json_invalid":
                _explain_broken_json(raw)
            elif first["type"] == "model_type":
                raise _no_object(first["input"]) from misfit
            raise InvalidInput(described(misfit.errors, "", self._keys)) from misfit
        return read


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


def _explain_broken_json(raw: bytes) -> None:
    """Raise an error that says where the JSON breaks, or what in it is out of bounds."""
    try:
        json.loads(raw)
    except json.JSONDecodeError as error:
        place = {
            "type": "json_invalid",
            "loc": ("body", error.pos),
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": error.msg},
        }
        raise RequestValidationError([place], body=error.doc) from error
    except UnicodeDecodeError as error:
        raise _unreadable() from error
    except (ValueError, RecursionError) as error:
        require_bounded_text(raw.decode(errors="replace"))
        raise _unreadable() from error
    require_bounded_text(raw.decode(errors="replace"))


def _no_object(
    given: Any,
    kind: str = "model_attributes_type",
    message: str = "Input should be a valid dictionary or object to extract fields from",
) -> RequestValidationError:
    """Return the error that FastAPI raises for a body that is not an object."""
    return RequestValidationError(
        [{"type": kind, "loc": ("body",), "msg": message, "input": given}], body=given
    )


def _unreadable() -> HTTPException:
    return HTTPException(400, "There was an error parsing the body")
