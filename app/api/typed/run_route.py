"""Routes that start runs: Idempotency-Key, body and start without FastAPI's dependencies.

Resolving dependencies costs more than everything else the service does for a short run. OpenAPI
still describes these routes: it reads the signature that a `RunEndpoint` declares.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, NamedTuple, cast

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.idempotency import KeyHeader, read_key
from app.api.json_body import JsonBodies
from app.runs.request import IdempotencyKey


class Body(NamedTuple):
    """The models of one body: `reads` leaves to the graph's contracts what is the graph's."""

    reads: type[BaseModel]
    shows: type[BaseModel]
    """For OpenAPI, with the graph's own schemas."""


Act = Callable[[Request, Any, IdempotencyKey | None], Awaitable[Response]]
"""What a route does with a request, its validated body and its key."""


Parameters = Mapping[str, tuple[Any, Any]]
"""What a route reads besides key and body: by name, its annotation and its default."""


class RunEndpoint:
    """Reads the key and the body of a request, and acts on them."""

    def __init__(self, act: Act, body: Body, parameters: Parameters | None = None) -> None:
        """Declare the parameters that `act` reads from the request."""
        self._act = act
        self._bodies = JsonBodies(body.reads)
        kind = inspect.Parameter.KEYWORD_ONLY
        declared = {"idempotency_key": (KeyHeader, None), **(parameters or {})}
        self.__name__ = getattr(act, "__name__", "run")
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter("body", kind, annotation=body.shows),
                *(
                    inspect.Parameter(name, kind, annotation=annotation, default=default)
                    for name, (annotation, default) in declared.items()
                ),
            ]
        )

    async def __call__(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            InvalidInput: the body is not what it should be.
            RequestValidationError: it is no JSON, or the key is not what it should be.
            HTTPException: it is not UTF-8, or the client left before its end.
        """
        body = await self._bodies.read(request)
        return await self._act(request, body, read_key(request, await request.body()))


class RunRoute(APIRoute):
    """A route whose endpoint is a `RunEndpoint`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return cast("RunEndpoint", self.endpoint).__call__
