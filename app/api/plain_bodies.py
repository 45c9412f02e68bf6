"""Bounds the depth and the numbers of bodies that FastAPI parses, as contracts do for runs."""

from typing import Any

from fastapi import Depends, Request

from app.graphs.contracts import require_plain


async def require_plain_body(request: Request) -> None:
    """Check the JSON of a request, if it has any.

    Raises:
        InvalidInput: it is nested too deeply, or holds NaN or an infinity; it names the place.
    """
    if not await request.body():
        return
    try:
        body: Any = await request.json()
    except (ValueError, RecursionError):
        return  # FastAPI answers where it reads the body
    if not isinstance(body, dict):
        require_plain(body, "body")
        return
    for key, value in body.items():
        require_plain(value, key)


needs_plain_body = Depends(require_plain_body)
