"""What the tests' model server answers to `POST /images/generations`, in OpenAI's shape."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image


def asks_for_an_image(body: dict[str, Any]) -> bool:
    return "prompt" in body


def image_body(base64: str | None) -> dict[str, Any]:
    """Return the answer that holds these words for base64, or a small picture."""
    return {"created": 0, "data": [{"b64_json": base64 or in_base64(picture())}]}


def picture(
    size: tuple[int, int] = (96, 64), *, form: str = "PNG", mode: str = "RGB", **saved: Any
) -> bytes:
    """Return an image file, orange all over."""
    content = BytesIO()
    Image.new("RGB", size, "#ff8800").convert(mode).save(content, form, **saved)
    return content.getvalue()


def in_base64(content: bytes) -> str:
    return b64encode(content).decode()
