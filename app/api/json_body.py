"""Bodies of JSON, read by one rule on every route.

A body is UTF-8 (RFC 8259), and a byte order mark before it is ignored, as by Python's own parser.
It is validated as strict JSON, and nothing in it is too deep, too large to be stored, or so much
that other requests would wait for it.
"""

import email.message
import json
from typing import Any, NoReturn

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect

from app.errors import InvalidInput
from app.garbage import uncollected
from app.graphs.contracts import DoesNotFit, invalid_input, validate_json
from app.plain_json import clean_text, require_bounded, require_bounded_text, require_few_values

_MARK = b"\xef\xbb\xbf"


class JsonBodies:
    """Reads the bodies of a route as objects of one model."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._adapter: TypeAdapter[BaseModel] = TypeAdapter(model)
        self._keys = list(model.model_fields)

    async def read(self, request: Request, *, is_optional: bool = False) -> BaseModel | None:
        """Return the body of a request; None where it has none and need not.

        Raises:
            InvalidInput: it is not what it should be, or could not be stored.
            RequestValidationError: it is no JSON object.
            HTTPException: it is not UTF-8, or the client left before its end.
        """
        try:
            raw = await request.body()
        except ClientDisconnect as error:
            raise HTTPException(400, "the client disconnected before its body ended") from error
        if not raw:
            if is_optional:
                return None
            raise _no_object(None, "missing", "Field required")
        if not _is_json(request.headers.get("content-type")):
            raise _no_object(raw)
        with uncollected():
            text = _utf8(raw)
            require_few_values(text, request.state.service.settings.max_body_values)
            return self._validate(text)

    def _validate(self, text: bytes) -> BaseModel:
        try:
            body: BaseModel = validate_json(self._adapter, text)
        except DoesNotFit as misfit:
            first = misfit.errors[0]
            if first["type"] == "json_invalid":
                _explain_refused(text)
            elif first["type"] == "model_type":
                raise _no_object(first["input"]) from misfit
            raise invalid_input(misfit.errors, from_json(text), "", self._keys) from misfit
        for name in body.model_fields_set:
            require_bounded(getattr(body, name), name)
        return body


def _utf8(raw: bytes) -> bytes:
    """Return a body without its mark.

    Raises:
        HTTPException: it is not UTF-8.
    """
    encoding = json.detect_encoding(raw)
    text = raw.removeprefix(_MARK)
    try:
        if encoding.startswith("utf-8"):
            text.decode()
            return text
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
    else:
        reason = f"it is {encoding}"
    raise HTTPException(400, f"the body must be JSON in UTF-8: {reason}")


def _is_json(content_type: str | None) -> bool:
    """Whether a body is JSON: `application/json`, or `application/...+json` (RFC 6839)."""
    if content_type == "application/json":
        return True
    message = email.message.Message()
    message["content-type"] = content_type or ""
    subtype = message.get_content_subtype()
    is_application = message.get_content_maintype() == "application"
    return is_application and (subtype == "json" or subtype.endswith("+json"))


def _explain_refused(text: bytes) -> None:
    """Raise an error that says where JSON breaks, or what in it is out of bounds."""
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        _refuse_broken(error)
    except (ValueError, RecursionError) as error:
        require_bounded_text(text.decode(), error)
    else:
        for key, value in body.items() if isinstance(body, dict) else [("body", body)]:
            require_bounded(value, key)
            _require_text(key, value)


def _refuse_broken(error: json.JSONDecodeError) -> NoReturn:
    place = {
        "type": "json_invalid",
        "loc": ("body", error.pos),
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": error.msg},
    }
    raise RequestValidationError([place], body=error.doc) from error


def _require_text(key: str, value: Any) -> None:
    """Refuse half a surrogate pair, which Python's parser reads and nothing can write again."""
    try:
        to_json({key: value})
    except ValueError as error:
        raise InvalidInput.at(clean_text(key), f"it cannot be written as JSON: {error}") from error


def _no_object(
    given: Any,
    kind: str = "model_attributes_type",
    message: str = "Input should be a valid dictionary or object to extract fields from",
) -> RequestValidationError:
    """Return the error that FastAPI raises for a body that is not an object."""
    return RequestValidationError(
        [{"type": kind, "loc": ("body",), "msg": message, "input": given}], body=given
    )
