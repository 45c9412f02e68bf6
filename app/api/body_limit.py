"""Refuses a request body that is too large before it is read whole."""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: believes a Content-Length that is too large, and counts what comes in."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_declared_too_large = _declared_bytes(scope) > self._most_bytes
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            if not is_declared_too_large:
                message = await receive()
                received += len(message.get("body", b""))
                if received <= self._most_bytes:
                    return message
            raise HTTPException(
                413, f"the body is larger than {self._most_bytes} bytes (FANJOIN_MAX_BODY_BYTES)"
            )

        await self._app(scope, receive_counted, send)


def _declared_bytes(scope: Scope) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0
