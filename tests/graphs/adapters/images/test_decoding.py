"""Images by content: what is read, and the clear refusal of everything else."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from graphs.adapters.images.decoding import (
    MOST_BYTES,
    MOST_PIXELS,
    MOST_SCANS,
    ImageRefused,
    open_image,
    shrink,
)
from tests.graphs.adapters.images.images_at_hand import (
    BLUE,
    RED,
    claiming,
    encoded,
    noise,
    plain,
    red_over_blue,
)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def seen(content: bytes, edge: int = 100) -> Image.Image:
    return shrink(open_image(content), edge)


def is_near(pixel: Any, colour: tuple[int, ...]) -> bool:
    return all(abs(have - want) < 12 for have, want in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("file_format", FORMATS)
def test_each_format_is_read(file_format: str) -> None:
    image = seen(encoded(plain(), file_format))

    assert (image.mode, image.size) == ("RGB", (40, 30))
    assert is_near(image.getpixel((20, 15)), RED)


def test_a_large_image_is_shrunk_and_keeps_its_proportions() -> None:
    image = seen(encoded(plain(size=(3000, 1500)), "JPEG"))

    assert image.size == (100, 50)


def test_of_an_animated_gif_the_first_frame_is_seen() -> None:
    content = encoded(plain(), "GIF", save_all=True, append_images=[plain(colour=BLUE)])

    assert is_near(seen(content).getpixel((20, 15)), RED)


def test_a_cmyk_jpeg_has_the_colours_it_is_printed_in() -> None:
    content = encoded(plain("CMYK", colour=(0, 255, 255, 0)), "JPEG")

    assert is_near(seen(content).getpixel((20, 15)), (255, 0, 0))


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "GIF"])
def test_what_is_transparent_lies_on_white(file_format: str) -> None:
    content = encoded(plain("RGBA", colour=(0, 0, 0, 0)), file_format)

    assert is_near(seen(content).getpixel((20, 15)), (255, 255, 255))


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped() -> None:
    content = encoded(plain("I;16", colour=32768))

    assert is_near(seen(content).getpixel((20, 15)), (128, 128, 128))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "XML, perhaps an SVG drawing"),
        (b"\n <!DOCTYPE html><img src=x>", "an HTML page"),
        (b"%PDF-1.7", "a PDF"),
        (encoded(plain(), "BMP"), "a BMP"),
        (encoded(plain(), "TIFF"), "a TIFF"),
        (b"\0\0\0\x18ftypheic\0\0", "a HEIC"),
        (b"PK\3\4", "a ZIP archive"),
        (b"just words", "none that is known here"),
    ],
    ids=["svg", "xml", "html", "pdf", "bmp", "tiff", "heic", "zip", "words"],
)
def test_what_is_none_of_the_formats_is_named(content: bytes, kind: str) -> None:
    with pytest.raises(ImageRefused, match=f"is {kind}: send a JPEG, PNG, WebP or GIF"):
        open_image(content)


def test_a_page_that_begins_as_an_image_is_refused() -> None:
    with pytest.raises(ImageRefused, match=r"broken or not whole \(its header cannot be read\)"):
        open_image(b"GIF89a<script>alert(1)</script>")


def test_nothing_is_no_image() -> None:
    with pytest.raises(ImageRefused, match="the image is empty"):
        open_image(b"")


@pytest.mark.parametrize("file_format", FORMATS)
def test_half_an_image_is_refused(file_format: str) -> None:
    content = encoded(noise(), file_format)

    with pytest.raises(ImageRefused, match=r"broken or not whole .*: save and send it anew"):
        seen(content[: len(content) // 2])


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_image_that_ends_anywhere_is_seen_or_refused(file_format: str) -> None:
    content = encoded(noise((30, 30)), file_format)

    for length in range(0, len(content), 7):
        try:
            seen(content[:length])
        except ImageRefused:
            continue


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_image_with_any_byte_changed_is_seen_or_refused(file_format: str) -> None:
    content = encoded(noise((20, 20)), file_format)

    for place in range(0, len(content), 5):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        try:
            seen(bytes(changed))
        except ImageRefused:
            continue


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ((100_000, 100_000), "far more"),
        ((10_000, 10_000), "far more"),
        ((6000, 6000), "6,000 x 6,000 pixels, more"),
    ],
)
def test_more_pixels_than_are_decoded_are_refused_by_the_header_alone(
    size: tuple[int, int], reason: str
) -> None:
    with pytest.raises(ImageRefused, match=rf"{reason} than the {MOST_PIXELS:,} pixels .*scale it"):
        open_image(claiming(*size))


def test_a_large_canvas_of_an_animated_webp_is_refused_before_it_is_painted() -> None:
    content = bytearray(encoded(plain(), "WEBP", save_all=True, append_images=[plain(colour=BLUE)]))
    canvas = content.index(b"VP8X") + 12
    content[canvas : canvas + 6] = (9_999).to_bytes(3, "little") * 2

    with pytest.raises(ImageRefused, match="scale it down"):
        open_image(bytes(content))


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    content = encoded(plain(), "JPEG", progressive=True)
    scan = content[content.rindex(b"\xff\xda") : -2]

    with pytest.raises(ImageRefused, match=f"scans, and {MOST_SCANS} are read"):
        open_image(content[:-2] + scan * MOST_SCANS + content[-2:])


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(ImageRefused, match=f"10,000,001 bytes, and {MOST_BYTES:,} are read"):
        open_image(b"\xff\xd8\xff" + b"\0" * (MOST_BYTES - 2))


def test_what_stands_behind_an_image_is_not_part_of_it() -> None:
    hidden = encoded(red_over_blue()) + b"<script>alert(1)</script>"

    image = seen(hidden)

    file = BytesIO()
    image.save(file, "JPEG")
    assert b"script" not in file.getvalue()
