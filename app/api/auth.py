"""Who may come in: callers that show one of the keys."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.service import Service

_header = APIKeyHeader(name="x-api-key", auto_error=False, description="One of FANJOIN_API_KEYS.")


_bearer = HTTPBearer(auto_error=False, description="One of FANJOIN_API_KEYS.")


async def require_key(
    request: Request,
    key: Annotated[str | None, Depends(_header)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let a caller in, and say to the routes behind whose runs it may see."""
    service: Service = request.state.service
    shown = key or (bearer.credentials if bearer is not None else None)
    request.state.owner = service.keys.owner(shown)


async def get_owner(request: Request) -> str:
    """Return who came in; only routes behind `require_key` know of one."""
    owner: str = request.state.owner
    return owner


OwnerDep = Annotated[str, Depends(get_owner)]
