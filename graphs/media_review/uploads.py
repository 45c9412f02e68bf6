"""An image as it comes in a request: base64, a `data:` URI (RFC 2397), or where on the web it is.

A text of none of these forms is refused before anything is decoded or fetched.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64

from graphs.adapters.images.decoding import MOST_BYTES, ImageRefused, check_content
from graphs.media_review.fetching import host_of

LONGEST = MOST_BYTES // 3 * 4 + 100_000
"""Of an upload, with its line breaks and the beginning of a `data:` URI."""

LONGEST_URL = 2000

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_DATA = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)


def is_url(image: str) -> bool:
    """Whether an image is told by its address; not by its bytes."""
    scheme = _SCHEME.match(image)
    return scheme is not None and scheme[0].lower() != "data:"


def check_image(image: str) -> str:
    """Return an image as it came, if it is of a form that is read; raise ImageRefused."""
    if not is_url(image):
        uploaded(image)
        return image
    if len(image) > LONGEST_URL:
        raise ImageRefused(
            f"the image's address has {len(image):,} characters, and {LONGEST_URL:,} are read"
        )
    host_of(image)
    return image


def uploaded(image: str) -> bytes:
    """Return the bytes of an upload, which begin as an image does; raise ImageRefused."""
    beginning = _DATA.match(image)
    if beginning is None and image[:5].lower() == "data:":
        raise ImageRefused("the image's data: URI is not in base64: say data:image/png;base64,…")
    encoded = image[beginning.end() if beginning else 0 :]
    try:
        content = b64decode("".join(encoded.split()), validate=True)
    except (NotBase64, ValueError) as error:
        raise ImageRefused(
            f"the image is no base64 ({error}): send its bytes in base64, a data: URI, or an "
            "address that begins with https://"
        ) from error
    check_content(content)
    return content
