"""A string of an output as a document of its own: an email as HTML, a picture, a file."""

import base64
import binascii
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi.responses import Response

from app.errors import FileNotInOutput
from app.graphs.json_pointer import schemas_at, steps_of, value_at
from app.plain_json import short_repr

FILE_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document; the output's schema says its type (`contentMediaType`).",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}

MOST_BYTES = 16 * 1024 * 1024
"""A larger file is read with the run."""

_HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}", re.ASCII)

_DATA_URI = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.ASCII)

_BEGINNINGS = {
    "<!doctype html": "text/html",
    "<html": "text/html",
    "<svg": "image/svg+xml",
    "iVBORw0KGgo": "image/png",
    "/9j/": "image/jpeg",
    "R0lGOD": "image/gif",
    "UklGR": "image/webp",
}
"""How a string begins that is no plain text; of a picture, in base64."""


@dataclass(frozen=True)
class OutputFile:
    """A document: its bytes, and what they are."""

    name: str
    media_type: str
    content: bytes

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it; anything else it only saves."""
        return self.media_type in ("text/html", "text/plain") or self.media_type.startswith(
            "image/"
        )

    def response(self) -> Response:
        """Return it so that nothing in it runs, and nothing of it is requested from elsewhere."""
        is_text = self.media_type.startswith("text/")
        headers = {**_HEADERS, "Content-Type": self.media_type + "; charset=utf-8" * is_text}
        if not self.is_shown:
            headers["Content-Disposition"] = f'attachment; filename="{self._file_name()}"'
        return Response(self.content, headers=headers)

    def _file_name(self) -> str:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", self.name).strip("-")[:60] or "file"
        return stem + (mimetypes.guess_extension(self.media_type) or ".bin")


def file_at(output: Any, pointer: str, schema: Mapping[str, Any]) -> OutputFile:
    """Return the string of an output that a JSON pointer names, as what the schema says it is.

    Raises:
        FileNotInOutput: there is none, it is no string, not what it says, or too large.
    """
    steps = steps_of(pointer)
    shown = short_repr(pointer, 200)
    try:
        value = value_at(output, steps)
    except LookupError as error:
        near = _keys_of(value_at(output, steps[: error.args[0]]))
        raise FileNotInOutput(f"the output has nothing at {shown}{near}") from None
    if not isinstance(value, str):
        kind = {dict: "an object", list: "a list", type(None): "null", bool: "true or false"}
        is_what = kind.get(type(value), "a number")
        raise FileNotInOutput(f"{shown} of the output is {is_what}: only a string is a file")
    media_type, content = _read(value, schemas_at(schema, steps), shown)
    if len(content) > MOST_BYTES:
        raise FileNotInOutput(
            f"{shown} of the output has {len(content)} bytes, more than {MOST_BYTES}: read it "
            f"with the run"
        )
    return OutputFile(steps[-1] if steps else "output", media_type, content)


def _keys_of(value: Any) -> str:
    """Say which keys there are where a pointer leaves the output."""
    keys = list(value)[:20] if isinstance(value, dict) else []
    return f"; there is {', '.join(short_repr(key, 60) for key in keys)}" if keys else ""


def _read(value: str, schemas: Sequence[Mapping[str, Any]], shown: str) -> tuple[str, bytes]:
    """Return what a string is, and the bytes it stands for."""
    declared = _first(schemas, "contentMediaType")
    if (uri := _DATA_URI.match(value)) is not None:
        rest = value[uri.end() :]
        is_base64 = uri.group(2).lower().endswith(";base64")
        content = _decoded(rest, shown) if is_base64 else unquote_to_bytes(rest)
        return _media_type(declared or uri.group(1) or "text/plain"), content
    head = value[:200].lstrip("\ufeff \t\r\n")
    guessed = next((kind for start, kind in _BEGINNINGS.items() if _begins(head, start)), None)
    media_type = _media_type(declared or guessed or "text/plain")
    is_picture = media_type.startswith("image/") and media_type != "image/svg+xml"
    if _first(schemas, "contentEncoding") == "base64" or is_picture:
        return media_type, _decoded(value, shown)
    return media_type, value.encode("utf-8", "replace")


def _begins(head: str, start: str) -> bool:
    if start.startswith("<"):
        return head.lower().startswith(start)
    return head.startswith(start) and re.fullmatch(r"[A-Za-z0-9+/=\s]+", head) is not None


def _media_type(said: str) -> str:
    plain = said.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else "application/octet-stream"


def _decoded(text: str, shown: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FileNotInOutput(f"{shown} of the output is not base64: {error}") from error


def _first(schemas: Iterable[Mapping[str, Any]], key: str) -> str | None:
    return next((one[key] for one in schemas if isinstance(one.get(key), str)), None)
