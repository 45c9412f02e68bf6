"""Pictures that a model could have made."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    size: tuple[int, int] = (96, 64), *, form: str = "PNG", mode: str = "RGB", **saved: Any
) -> bytes:
    """Return an image file, orange all over."""
    content = BytesIO()
    Image.new("RGB", size, "#ff8800").convert(mode).save(content, form, **saved)
    return content.getvalue()
