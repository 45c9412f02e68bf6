"""An image of a request, made fit to be shown to a model, with what can be told without one.

What a model is shown is a new, small JPEG: nothing else that the file held goes any further,
neither EXIF nor whatever was hidden behind the pixels.
"""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from pydantic import BaseModel, Field

from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.public_network import AddressRule
from graphs.adapters.images.decoding import FORMATS, open_image, shrink
from graphs.adapters.images.threads import in_image_thread
from graphs.media_review.exif import read_exif, set_upright
from graphs.media_review.facts import ImageFacts, image_facts
from graphs.media_review.fetching import HTTPS, fetch_image
from graphs.media_review.uploads import is_url, uploaded

LONGEST_EDGE = 768
"""Pixels; models shrink larger images themselves, OpenAI to 512 with `detail: low`."""

_QUALITY = 80


class FileFacts(BaseModel):
    """What the file told of the image."""

    format: Literal["JPEG", "PNG", "WebP", "GIF"]
    width: int = Field(description="In pixels, as it is shown: turned as its EXIF says.")
    height: int
    is_animated: bool = Field(description="Only the first frame is looked at.")
    camera: str | None = Field(description="Maker and model.")
    taken_at: str | None = Field(description="ISO 8601, by the camera's clock.")
    tells_where: bool = Field(
        description="Whether the file holds the position at which it was taken, which is not shown."
    )


@dataclass(frozen=True)
class LoadedImage:
    """A small JPEG in base64, what the original's file told, and what was measured."""

    jpeg: str
    file: FileFacts
    facts: ImageFacts


async def load_image(
    image: str, *, may_reach: AddressRule = is_public, scheme: str = HTTPS
) -> LoadedImage:
    """Return an image that was uploaded (base64, a data: URI) or is named by its https address.

    Raises:
        ImageRefused: it is no image, broken, too large, or its address is not by `scheme`.
        SourceError: it cannot be fetched, or lies on no public address.
    """
    if is_url(image):
        content = await fetch_image(image, may_reach=may_reach, scheme=scheme)
        return await in_image_thread(_prepared, content)
    return await in_image_thread(_prepared_upload, image)


def _prepared_upload(image: str) -> LoadedImage:
    return _prepared(uploaded(image))


def _prepared(content: bytes) -> LoadedImage:
    image = open_image(content)
    exif = read_exif(image)
    width, height = image.size
    file = FileFacts.model_validate(
        {
            "format": FORMATS[image.format or ""],
            "width": height if exif.is_sideways else width,
            "height": width if exif.is_sideways else height,
            "is_animated": image.format != "MPO" and getattr(image, "is_animated", False),
            "camera": exif.camera,
            "taken_at": exif.captured_at,
            "tells_where": exif.tells_where,
        }
    )
    small = set_upright(shrink(image, LONGEST_EDGE), exif)
    small.info.clear()  # a JPEG's comment would be written again
    jpeg = BytesIO()
    small.save(jpeg, "JPEG", quality=_QUALITY)
    return LoadedImage(b64encode(jpeg.getvalue()).decode(), file, image_facts(small))
