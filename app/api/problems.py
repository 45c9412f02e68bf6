"""Every error becomes a problem body (RFC 9457); none shows a traceback."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast, get_args

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.api.origins import cors_headers
from app.errors import InvalidInput, ServiceError, problem_of
from app.plain_json import short_repr
from app.problem_texts import MOST_PROBLEMS, cut_detail
from app.report.detail import Detail, problem_in_detail

_LONGEST_SHOWN = 100


def answer_with_problems(app: FastAPI, cors_origins: Sequence[str]) -> None:
    """Let the app answer errors with problem bodies."""

    async def answer_unexpected_error(request: Request, _: Exception) -> JSONResponse:
        # Starlette answers these outside of all middleware.
        headers = cors_headers(cors_origins, request.headers.get("origin"))
        return _problem(_plain(500, "unexpected error; see the service's log"), headers)

    app.add_exception_handler(ServiceError, _answer_service_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(Exception, answer_unexpected_error)


def problem_response(error: ServiceError) -> JSONResponse:
    """Return the answer that an error becomes."""
    return _problem(problem_of(error), error.headers)


async def refuse(error: ServiceError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with an error before the application sees the request; close a websocket."""
    if scope["type"] == "http":
        await problem_response(error)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})


async def _answer_service_error(request: Request, error: Exception) -> JSONResponse:
    problem = cast("ServiceError", error)
    detail = request.query_params.get("report")
    if "report" in problem.fields and detail in get_args(Detail):
        body = problem_in_detail(problem_of(problem), cast("Detail", detail))
        return _problem(body, problem.headers)
    return problem_response(problem)


async def _answer_invalid_request(_: Request, error: Exception) -> JSONResponse:
    invalid = cast("RequestValidationError", error)
    errors = invalid.errors()
    places = [_describe(wrong, invalid.body) for wrong in errors[:MOST_PROBLEMS]]
    return _problem(problem_of(InvalidInput(places, left_out=len(errors) - len(places))))


async def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    known = cast("HTTPException", error)
    detail = f"{request.method} {request.url.path}: {known.detail}"
    return _problem(_plain(known.status_code, detail), dict(known.headers or {}))


def _describe(error: Any, body: Any) -> dict[str, Any]:
    if error["type"] == "json_invalid":
        return _describe_broken_json(error, body)
    if error["loc"] == ("body",) and isinstance(body, bytes):
        message = "send the header content-type: application/json"
        return {"place": "body", "message": message, "given": short_repr(body, _LONGEST_SHOWN)}
    place = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
    given = short_repr(error.get("input"), _LONGEST_SHOWN)
    return {"place": place, "message": error["msg"], "given": given}


def _describe_broken_json(error: Any, text: str) -> dict[str, Any]:
    position = error["loc"][-1]
    message = f"not JSON: {error['ctx']['error']} at character {position}"
    begin = max(0, position - _LONGEST_SHOWN // 2)
    around = repr(text[begin : begin + _LONGEST_SHOWN])
    return {"place": "body", "message": message, "given": f"…{around}" if begin else around}


def _plain(status: int, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": cut_detail(detail)}


def _problem(body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        body, status_code=body["status"], headers=headers, media_type=PROBLEM_MEDIA_TYPE
    )


PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong; a failed run adds `run_id`, `branch`, `error_type` and its `report`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


NEEDS_KEY = "A valid API key or token is required."

NOT_FROM_PAGES = "A page of another origin sent the request, and the service requires no key."


def describe_problems(**by_status: str) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI answers for statuses given as `s404="…"`."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {
        int(status.lstrip("s")): {"description": description, "content": content}
        for status, description in by_status.items()
    }
