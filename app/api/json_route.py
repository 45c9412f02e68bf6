"""A route whose body FastAPI passes to its function, read as the bodies of runs are."""

from collections.abc import Callable, Coroutine
from types import NoneType
from typing import Any, cast, get_args

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.json_body import JsonBodies


class JsonRoute(APIRoute):
    """Reads a body by the one rule for JSON, before FastAPI resolves anything else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        is_optional = not self.body_field.field_info.is_required()
        bodies = JsonBodies(_model_of(self.body_field.field_info.annotation))

        async def handle_read(request: Request) -> Response:
            body = await bodies.read(request, is_optional=is_optional)
            return await handle(_ReadRequest(request, body))

        return handle_read


def _model_of(annotation: Any) -> type[BaseModel]:
    """Return the model of a body, also of one that may be absent."""
    models = [one for one in (get_args(annotation) or (annotation,)) if one is not NoneType]
    return cast("type[BaseModel]", models[0])


class _ReadRequest(Request):
    """A request whose body has been read: FastAPI takes the model as it is."""

    def __init__(self, request: Request, body: BaseModel | None) -> None:
        super().__init__(request.scope, request.receive)
        self._request = request
        self._read_body = body

    async def body(self) -> bytes:
        return await self._request.body()

    async def json(self) -> Any:
        return self._read_body
