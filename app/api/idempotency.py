"""Idempotency-Key: the same request sent twice starts one run."""

import hashlib
import json
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Header, Request

from app.execution.handles import IdempotencyKey, RunHandle
from app.runs.request import RunRequest

_KeyHeader = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description=(
            "A name of your own for this request. Sent again with the same body it gives the "
            "same run, and a run that was waited for goes on when its client is cut off."
        ),
    ),
]


async def read_claim(request: Request, idempotency_key: _KeyHeader = None) -> IdempotencyKey | None:
    """Return the key of a request with what it must be equal in; None without a key."""
    if idempotency_key is None:
        return None
    return IdempotencyKey(idempotency_key, hash_of(request, await request.body()))


ClaimDep = Annotated[IdempotencyKey | None, Depends(read_claim)]


def show(claim: IdempotencyKey | None, asked: RunRequest) -> RunRequest:
    """Return a request that shows the key, where there is one."""
    if claim is None:
        return asked
    return replace(asked, key=claim.key, request_hash=claim.request_hash)


def replay_headers(*found: RunHandle) -> dict[str, str]:
    """Return how an answer says that it tells of a run which was there before."""
    is_replayed = any(run.is_replayed for run in found)
    return {"Idempotent-Replayed": "true"} if is_replayed else {}


def hash_of(request: Request, body: bytes) -> str:
    """Return what two requests have in common that ask for the same."""
    parts = (request.method, request.url.path, request.url.query)
    text = "\n".join(parts).encode() + b"\n" + _same_order(body)
    return hashlib.sha256(text).hexdigest()


def _same_order(body: bytes) -> bytes:
    """Return a JSON body with its keys sorted: clients may write them in any order."""
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):  # a retry has no body, or one that nobody reads
        return body
