"""What the tests' model server answers to `POST /images/generations`, in OpenAI's shape."""

import struct
import zlib
from base64 import b64encode
from typing import Any

_ORANGE = b"\xff\x88\x00"


def asks_for_an_image(body: dict[str, Any]) -> bool:
    return "prompt" in body


def image_body(base64: str | None) -> dict[str, Any]:
    """Return the answer that holds these words for base64, or a small picture."""
    return {"created": 0, "data": [{"b64_json": base64 or in_base64(orange_png(96, 64))}]}


def orange_png(width: int, height: int) -> bytes:
    """Return a picture, orange all over; made by hand, since a project may be without Pillow."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + _ORANGE * width) * height)
    chunks = (b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def in_base64(content: bytes) -> str:
    return b64encode(content).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum
