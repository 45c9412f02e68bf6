"""Every error becomes a problem body (RFC 9457); none shows a traceback."""

from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.errors import InvalidInput, ServiceError, problem_of
from app.schemas.problems import PROBLEM_MEDIA_TYPE

_LONGEST_SHOWN = 100


def answer_with_problems(app: FastAPI) -> None:
    """Let the app answer errors with problem bodies."""
    app.add_exception_handler(ServiceError, _answer_service_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(Exception, _answer_unexpected_error)


async def _answer_service_error(_: Request, error: Exception) -> JSONResponse:
    return _problem(problem_of(cast("ServiceError", error)))


async def _answer_invalid_request(_: Request, error: Exception) -> JSONResponse:
    found = cast("RequestValidationError", error).errors()
    return _problem(problem_of(InvalidInput([_describe(place) for place in found])))


async def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    known = cast("HTTPException", error)
    detail = f"{request.method} {request.url.path}: {known.detail}"
    return _problem(_plain(known.status_code, detail), dict(known.headers or {}))


async def _answer_unexpected_error(_: Request, __: Exception) -> JSONResponse:
    return _problem(_plain(500, "an unexpected error, which is in the service's log"))


def _describe(found: Any) -> dict[str, Any]:
    place = ".".join(str(part) for part in found["loc"] if part != "body") or "body"
    given = repr(found.get("input"))
    if len(given) > _LONGEST_SHOWN:
        given = f"{given[:_LONGEST_SHOWN]}…"
    return {"place": place, "message": found["msg"], "given": given}


def _plain(status: int, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def _problem(body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        body, status_code=body["status"], headers=headers, media_type=PROBLEM_MEDIA_TYPE
    )
