"""The little that is read of an image's EXIF: which way is up, the camera, the time.

EXIF also holds the position, the owner's name and the serial numbers of camera and lens. None of
that is ever told; of the position only that it is there, so that who shares the file may know.
Pillow stops reading at what is broken; each part that cannot be read is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from graphs.adapters.images.decoding import BROKEN

LONGEST_NAME = 60

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets an image upright, by its orientation (Exif 2.32, tag 0x0112)."""

_SIDEWAYS = 5
"""The orientations from here on turn the image by a quarter."""


@dataclass(frozen=True)
class Exif:
    """What is read of EXIF; where there is none, all of it is unknown."""

    orientation: int = 1
    camera: str | None = None
    captured_at: str | None = None
    """ISO 8601, by the camera's clock; its zone is not known."""

    tells_where: bool = False
    """Whether the file holds the position at which it was taken."""

    @property
    def is_sideways(self) -> bool:
        return self.orientation >= _SIDEWAYS


def read_exif(image: Image.Image) -> Exif:
    """Return what an opened image's EXIF says; nothing where it is broken."""
    try:
        tags = image.getexif()
    except BROKEN:
        return Exif()
    orientation = _get(tags, Base.Orientation)
    makers = [_name(_get(tags, tag)) for tag in (Base.Make, Base.Model)]
    return Exif(
        orientation=orientation if orientation in _UPRIGHT else 1,
        camera=" ".join(filter(None, makers)) or None,
        captured_at=_moment(_get(_part(tags, IFD.Exif), Base.DateTimeOriginal)),
        tells_where=bool(_part(tags, IFD.GPSInfo)),
    )


def set_upright(image: Image.Image, exif: Exif) -> Image.Image:
    """Return the image turned, or mirrored, as its EXIF says."""
    if exif.orientation not in _UPRIGHT:
        return image
    return image.transpose(_UPRIGHT[exif.orientation])


def _part(tags: Image.Exif, part: IFD) -> Mapping[int, Any]:
    try:
        return tags.get_ifd(part)
    except BROKEN:
        return {}


def _get(tags: Image.Exif | Mapping[int, Any], tag: Base) -> Any:
    try:
        return tags.get(tag)
    except BROKEN:
        return None


def _name(value: Any) -> str:
    """Return a name as people read it: one line, no control characters, bounded."""
    if not isinstance(value, str):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line[:LONGEST_NAME]


def _moment(value: Any) -> str | None:
    """Return `YYYY:MM:DD HH:MM:SS`, as EXIF writes a time, as ISO 8601."""
    try:
        day, time = value.split(" ", 1)
        return datetime.fromisoformat(f"{day.replace(':', '-')}T{time}").isoformat()
    except (AttributeError, ValueError):
        return None
