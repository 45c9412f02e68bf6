"""Request lines that mean the same: HEAD is GET without a body, and `/runs/` is `/runs`.

A server's `root_path` alone is that with a slash, which is what routes know it by.

A redirect to the other address would need the caller's Host, which it may have made up.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestLine:
    """ASGI middleware: shows the application GET for HEAD, and a path without its last slash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, root = scope["path"], scope.get("root_path", "")
            if root and path == root:
                scope = {**scope, "path": f"{root}/"}
            elif path[-1:] == "/" and (short := path.rstrip("/")) != root:
                scope = {**scope, "path": short}
            if scope["method"] == "HEAD":
                await self._app({**scope, "method": "GET"}, receive, _sending_the_head(send))
                return
        await self._app(scope, receive, send)


def _sending_the_head(send: Send) -> Send:
    """End the answer with its head: a stream would last as long as its run."""
    has_ended = False

    async def send_head(message: Message) -> None:
        nonlocal has_ended
        if not has_ended:
            await send(message)
        if message["type"] == "http.response.start":
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            has_ended = True

    return send_head
