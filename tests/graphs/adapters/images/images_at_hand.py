"""Images made for the tests, good ones and others."""

import struct
import zlib
from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image

RED = (220, 40, 30)
BLUE = (30, 60, 200)


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Return an image as a file."""
    file = BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (40, 30), colour: Any = RED) -> Image.Image:
    return Image.new(mode, size, colour)


def red_over_blue() -> Image.Image:
    """Return an image whose upper half is red."""
    image = plain(size=(40, 60), colour=BLUE)
    image.paste(RED, (0, 0, 40, 30))
    return image


def noise(size: tuple[int, int] = (200, 200)) -> Image.Image:
    """Return an image that cannot be packed into a few bytes."""
    return Image.effect_noise(size, 90).convert("RGB")


def claiming(width: int, height: int) -> bytes:
    """Return a small PNG whose header claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def base64_of(content: bytes) -> str:
    return b64encode(content).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum
