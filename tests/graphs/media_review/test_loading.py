"""Images made fit to be shown: small, upright, and with nothing of the file but its pixels."""

import asyncio
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from graphs.adapters.errors import AddressRefused
from graphs.adapters.images.decoding import ImageRefused
from graphs.media_review.loading import LONGEST_EDGE, LoadedImage, load_image
from tests.graphs.adapters.images.images_at_hand import base64_of, encoded, noise, plain
from tests.source_answers import PAGES, SourceAnswer
from tests.source_server import SourceServer


def loaded(content: bytes) -> LoadedImage:
    return asyncio.run(load_image(base64_of(content)))


def jpeg_of(result: LoadedImage) -> Image.Image:
    return Image.open(BytesIO(b64decode(result.jpeg)), formats=["JPEG"])


@pytest.mark.parametrize(
    ("file_format", "name"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WebP"), ("GIF", "GIF"), ("MPO", "JPEG")],
)
def test_whatever_came_a_jpeg_is_shown(file_format: str, name: str) -> None:
    more = {"save_all": True, "append_images": [plain()]} if file_format == "MPO" else {}

    result = loaded(encoded(plain(), file_format, **more))

    assert jpeg_of(result).size == (40, 30)
    assert (result.file.format, result.file.width, result.file.height) == (name, 40, 30)
    assert not result.file.is_animated
    assert [colour.name for colour in result.facts.colours] == ["red"]


def test_a_large_image_is_shown_small_and_told_in_its_own_size() -> None:
    result = loaded(encoded(noise((2000, 1000)), "JPEG"))

    assert jpeg_of(result).size == (LONGEST_EDGE, LONGEST_EDGE // 2)
    assert (result.file.width, result.file.height) == (2000, 1000)
    assert len(result.jpeg) < 500_000


def test_a_turned_image_is_shown_and_told_upright() -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6

    result = loaded(encoded(plain(), "JPEG", exif=exif))

    assert jpeg_of(result).size == (30, 40)
    assert (result.file.width, result.file.height) == (30, 40)


def test_nothing_but_the_pixels_goes_any_further() -> None:
    exif = Image.Exif()
    exif[Base.Artist] = "Ada Owner"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    content = encoded(plain(), "JPEG", exif=exif, comment=b"call me", icc_profile=b"profile")

    result = loaded(content + b"<script>alert(1)</script>")

    assert result.file.tells_where
    shown = b64decode(result.jpeg)
    hidden = (b"Ada", b"Exif", b"call me", b"profile", b"script")
    assert not any(words in shown for words in hidden)


def test_an_animated_image_is_told_as_one() -> None:
    moving = encoded(plain(), "GIF", save_all=True, append_images=[plain(colour="blue")])

    assert loaded(moving).file.is_animated


def test_an_image_is_loaded_from_its_address(source_server: SourceServer) -> None:
    source_server.answer(SourceAnswer(body=encoded(plain()), content_type="text/html"))

    result = asyncio.run(
        load_image(f"{source_server.url}{PAGES}1", may_reach=lambda _address: True, scheme="http")
    )

    assert result.file.format == "PNG"


def test_a_page_at_an_address_is_no_image(source_server: SourceServer) -> None:
    url = f"{source_server.url}{PAGES}1"

    with pytest.raises(ImageRefused, match="is an HTML page: send a JPEG"):
        asyncio.run(load_image(url, may_reach=lambda _address: True, scheme="http"))


def test_an_address_inside_is_not_asked() -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(load_image("https://169.254.169.254/latest/meta-data"))


def test_the_event_loop_goes_on_while_an_image_is_decoded() -> None:
    content = base64_of(encoded(plain(size=(4500, 4500))))

    async def ticks_meanwhile() -> int:
        loading = asyncio.ensure_future(load_image(content))
        ticks = 0
        while not loading.done():
            await asyncio.sleep(0.005)
            ticks += 1
        return ticks

    # On a busy machine the loop may have had no turn during one of them.
    assert any(asyncio.run(ticks_meanwhile()) > 5 for _ in range(20))
