"""Who may come in: callers that show one of the keys."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.service import Service

_header = APIKeyHeader(name="x-api-key", auto_error=False, description="One of FANJOIN_API_KEYS.")
_bearer = HTTPBearer(auto_error=False, description="One of FANJOIN_API_KEYS.")


async def get_owner(
    request: Request,
    key: Annotated[str | None, Depends(_header)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    service: Service = request.state.service
    return service.keys.owner(key or (bearer.credentials if bearer is not None else None))


OwnerDep = Annotated[str, Depends(get_owner)]
