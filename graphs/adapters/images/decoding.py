"""Images from outside, checked by what they hold: never by a name or a Content-Type.

What is checked, in this order: the number of bytes, the format, the number of pixels that the
header claims, and only then the pixels themselves. Decoding takes up to 500 MB and some seconds:
see `threads`.
"""

import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageFile, UnidentifiedImageError

FORMATS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WebP", "GIF": "GIF"}
"""Pillow's names of what is read, and the usual ones; an MPO is a JPEG with further pictures."""

MOST_BYTES = 10_000_000
MOST_PIXELS = 25_000_000
"""What today's telephones take; a PNG of so many needs 300 MB while it is decoded, a WebP 500."""

MOST_SCANS = 50
"""Of a progressive JPEG, which has about ten; each costs as much time as a whole picture."""

ACCEPTED = "a JPEG, PNG, WebP or GIF"

_JPEG = b"\xff\xd8\xff"
_SCAN = b"\xff\xda"
_BEGINNINGS = (_JPEG, b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")

_OTHERS = {
    b"<svg": "an SVG drawing",
    b"<?xml": "XML, perhaps an SVG drawing",
    b"<!doctype html": "an HTML page",
    b"<html": "an HTML page",
    b"%pdf": "a PDF",
    b"bm": "a BMP",
    b"ii*\0": "a TIFF",
    b"mm\0*": "a TIFF",
    b"pk\3\4": "a ZIP archive",
}
_HEIF = {b"heic": "a HEIC", b"heix": "a HEIC", b"mif1": "a HEIC", b"avif": "an AVIF"}

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on bytes that are no image after all, or not a whole one."""

# Between its own limit and twice that, Pillow only warns; and each broken EXIF would fill the log.
warnings.simplefilter("error", Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")


class ImageRefused(ValueError, LookupError):
    """What was sent is no image, a broken one, too large or not to be fetched; says the fix.

    Another attempt cannot fix it, as with any LookupError.
    """


def open_image(content: bytes) -> ImageFile.ImageFile:
    """Return an image of which only the header was read.

    Raises:
        ImageRefused: it is empty, too large, of another format, or its header is broken.
    """
    check_content(content)
    try:
        image = Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP", "GIF"])
    except UnidentifiedImageError as error:  # which names an object in memory
        raise _broken("its header cannot be read") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far more") from error
    except BROKEN as error:
        raise _broken(error) from error
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels(f"{width:,} x {height:,} pixels, more")
    return image


def shrink(image: ImageFile.ImageFile, edge: int) -> Image.Image:
    """Return an opened image, the first frame of it, as RGB on white, at most `edge` pixels long.

    Raises:
        ImageRefused: its pixels are broken, or not all there.
    """
    try:
        seen = _in_eight_bits(image)
        seen.thumbnail((edge, edge))
        return _on_white(seen)
    except BROKEN as error:
        raise _broken(error) from error


def check_content(content: bytes) -> None:
    """Raise ImageRefused unless the bytes are not too many and begin as an image does."""
    if not content:
        raise ImageRefused(f"the image is empty: send {ACCEPTED}")
    if len(content) > MOST_BYTES:
        raise ImageRefused(
            f"the image has {len(content):,} bytes, and {MOST_BYTES:,} are read: send a smaller one"
        )
    if not content.startswith(_BEGINNINGS) and not _is_webp(content):
        raise ImageRefused(f"the image is {_kind_of(content)}: send {ACCEPTED}")
    if content.startswith(_JPEG) and (scans := content.count(_SCAN)) > MOST_SCANS:
        raise ImageRefused(
            f"the image is a JPEG of {scans:,} scans, and {MOST_SCANS} are read: save it anew"
        )


def _is_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def _broken(why: object) -> ImageRefused:
    why = " ".join(str(why).split())[:200] or type(why).__name__
    return ImageRefused(f"the image is broken or not whole ({why}): save and send it anew")


def _too_many_pixels(how_many: str) -> ImageRefused:
    return ImageRefused(
        f"the image has {how_many} than the {MOST_PIXELS:,} pixels that are decoded: scale it down"
    )


def _kind_of(content: bytes) -> str:
    beginning = content[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        return _HEIF[content[8:12]]
    kinds = (kind for mark, kind in _OTHERS.items() if beginning.startswith(mark))
    return next(kinds, "none that is known here")


def _in_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip
        return image.point(lambda value: value / 256, "L")
    is_opaque = image.mode in ("L", "RGB", "CMYK") and not image.has_transparency_data
    if is_opaque or image.mode == "RGBA":  # a copy would take another 100 MB
        return image
    return image.convert("RGBA")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    return white.convert("RGB")
