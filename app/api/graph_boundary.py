"""A graph's code that a request runs outside of runs (validators, edits of a state) ends only that.

What it raises becomes a 500 of this request, even a SystemExit.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.execution.boundary import Watch, contain

_WATCH = Watch()


class GraphBoundary:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await contain(self._app(scope, receive, send), _WATCH)
        else:
            await self._app(scope, receive, send)
