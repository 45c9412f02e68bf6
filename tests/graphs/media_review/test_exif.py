"""What is read of EXIF, and above all what is not."""

from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from graphs.adapters.images.decoding import open_image, shrink
from graphs.media_review.exif import LONGEST_NAME, Exif, read_exif, set_upright
from tests.graphs.adapters.images.images_at_hand import RED, encoded, plain, red_over_blue


def tags(**values: Any) -> Image.Exif:
    exif = Image.Exif()
    for name, value in values.items():
        exif[Base[name]] = value
    return exif


def read(exif: Image.Exif, file_format: str = "JPEG") -> Exif:
    return read_exif(open_image(encoded(plain(), file_format, exif=exif)))


def test_the_camera_and_the_time_are_told() -> None:
    exif = tags(Make="Canon", Model="EOS 5D")
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2024:07:01 18:30:05"

    assert read(exif) == Exif(camera="Canon EOS 5D", captured_at="2024-07-01T18:30:05")


def test_the_position_the_owner_and_serial_numbers_are_not_told() -> None:
    exif = tags(Artist="Ada Owner", Make="Canon")
    exif.get_ifd(IFD.Exif)[Base.BodySerialNumber] = "SN-4711"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (52.0, 31.0, 12.0)

    facts = read(exif)

    assert facts == Exif(camera="Canon", tells_where=True)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_set_upright_as_its_exif_says(orientation: int, file_format: str) -> None:
    turned_back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = red_over_blue()
    if orientation > 1:
        lying = lying.transpose(turned_back[orientation])
    image = open_image(encoded(lying, file_format, exif=tags(Orientation=orientation)))
    exif = read_exif(image)

    upright = set_upright(shrink(image, 100), exif)

    assert exif.is_sideways == (orientation >= 5)
    assert upright.size == (40, 60)
    top = upright.getpixel((20, 10))
    assert isinstance(top, tuple)
    assert all(abs(have - want) < 12 for have, want in zip(top, RED, strict=True))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_cannot_be_turns_nothing(orientation: Any) -> None:
    image = open_image(encoded(plain(), "JPEG", exif=tags(Orientation=orientation)))

    assert read_exif(image).orientation == 1


@pytest.mark.parametrize(
    "moment", ["0000:00:00 00:00:00", "yesterday", "2024:07:01", "2024:13:01 10:00:00", "\0"]
)
def test_a_time_that_cannot_be_is_not_told(moment: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = moment

    assert read(exif).captured_at is None


def test_a_hostile_camera_name_is_one_short_line() -> None:
    facts = read(tags(Make="Evil\nCam\x1b[31m\x00", Model="x" * 5000)).camera

    assert facts is not None
    assert facts.startswith("Evil Cam [31m")
    assert facts.isprintable()
    assert len(facts) <= 2 * LONGEST_NAME + 1


# What Pillow warns of is what this is about; outside the tests `decoding` keeps it out of the log.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("length", range(6, 240, 3))
def test_broken_exif_tells_what_it_can_and_never_fails(length: int, file_format: str) -> None:
    exif = tags(Make="Canon", Model="EOS", Orientation=6)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    content = encoded(plain(), file_format, exif=exif.tobytes()[:length])

    facts = read_exif(open_image(content))

    assert facts.orientation in (1, 6)


def test_an_image_without_exif_tells_nothing() -> None:
    assert read_exif(open_image(encoded(plain()))) == Exif()
