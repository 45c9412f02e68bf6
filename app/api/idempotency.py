"""Idempotency-Key: the same request sent twice starts one run."""

import hashlib
import json
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import StringConstraints, TypeAdapter, ValidationError

from app.execution.run_handle import RunHandle
from app.runs.request import IdempotencyKey

_Key = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
KeyHeader = Annotated[
    _Key | None,
    Header(
        description=(
            "A unique key for this request. The same key with the same body returns the same run. "
            "With a key, a run that is waited for continues when its client disconnects."
        ),
    ),
]
_key: TypeAdapter[str] = TypeAdapter(_Key)


def read_key(request: Request, body: bytes) -> IdempotencyKey | None:
    """Return the key of a request with the hash of what it must equal; None without a key.

    Raises:
        RequestValidationError: it is too long, or not of printable ASCII.
    """
    if (value := request.headers.get("idempotency-key")) is None:
        return None
    try:
        return IdempotencyKey(_key.validate_python(value), hash_of(request, body))
    except ValidationError as error:
        loc = ("header", "idempotency-key")
        wrong = [{**one, "loc": loc} for one in error.errors(include_url=False)]
        raise RequestValidationError(wrong) from error


async def _key_of(request: Request, idempotency_key: KeyHeader = None) -> IdempotencyKey | None:
    return read_key(request, await request.body()) if idempotency_key is not None else None


KeyDep = Annotated[IdempotencyKey | None, Depends(_key_of)]


def replay_headers(*handles: RunHandle) -> dict[str, str]:
    """Return how an answer says that a run existed before the request."""
    is_replayed = any(handle.is_replayed for handle in handles)
    return {"Idempotent-Replayed": "true"} if is_replayed else {}


def hash_of(request: Request, body: bytes) -> str:
    """Return what two equal requests have in common; how the answer is shown does not matter."""
    query = "&".join(one for one in request.url.query.split("&") if not one.startswith("report="))
    parts = (request.method, request.url.path, query)
    text = "\n".join(parts).encode() + b"\n" + _same_order(body)
    return hashlib.sha256(text).hexdigest()


def _same_order(body: bytes) -> bytes:
    """Return a JSON body with its keys sorted: clients may write them in any order."""
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):  # a retry has no body, or one that nobody reads
        return body
