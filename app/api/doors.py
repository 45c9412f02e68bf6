"""What a request passes before it is signed in: checks of its head alone."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import refuse
from app.errors import ServiceError

Check = Callable[[Scope], None]
"""Raises the error that a request is refused with."""


class Door:
    """ASGI middleware: lets pass what a check has nothing against."""

    def __init__(self, app: ASGIApp, check: Check) -> None:
        self._app = app
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            try:
                self._check(scope)
            except ServiceError as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)
