"""An image in a request: the three forms it may have, and the refusal of every other."""

import pytest

from graphs.adapters.images.decoding import MOST_BYTES, ImageRefused
from graphs.media_review.uploads import check_image, is_url, uploaded
from tests.graphs.adapters.images.images_at_hand import base64_of, encoded, plain

PNG = encoded(plain())
ENCODED = base64_of(PNG)


@pytest.mark.parametrize(
    "image",
    [
        ENCODED,
        f"data:image/png;base64,{ENCODED}",
        f"DATA:text/html;charset=x;BASE64,{ENCODED}",
        f"data:;base64,{ENCODED}",
        "\n".join(ENCODED[start : start + 76] for start in range(0, len(ENCODED), 76)),
    ],
    ids=["base64", "data", "another type", "no type", "in lines"],
)
def test_an_upload_is_base64_or_a_data_uri_of_whatever_type(image: str) -> None:
    assert check_image(image) == image
    assert uploaded(image) == PNG


def test_an_https_address_is_taken_as_it_is() -> None:
    url = "https://images.example/a.jpg?size=2"

    assert check_image(url) == url
    assert is_url(url)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("http://images.example/a.jpg", "begins with 'http': it must begin with https://"),
        ("ftp://images.example/a.jpg", "begins with 'ftp'"),
        ("file:///etc/passwd", "begins with 'file'"),
        ("javascript:alert(1)", "begins with 'javascript'"),
        ("https://", "must begin with https://"),
        ("https://[::1", "address is malformed"),
        ("https://images.example/" + "a" * 2000, "2,023 characters, and 2,000 are read"),
        ("data:image/svg+xml,<svg/>", "not in base64"),
        ("data:image/png;base64", "not in base64"),
        ("data:image/png;base64,", "the image is empty"),
        ("/etc/passwd", "no base64"),
        ("a picture of a cat", "no base64"),
        ("ÄÖÜ", "no base64"),
        (ENCODED[:-1], "no base64"),
        ("=" * 8, "no base64"),
    ],
)
def test_anything_else_is_refused_with_what_to_mend(image: str, reason: str) -> None:
    with pytest.raises(ImageRefused, match=reason):
        check_image(image)


def test_an_upload_that_is_too_large_is_refused() -> None:
    with pytest.raises(ImageRefused, match="send a smaller one"):
        check_image(base64_of(b"\0" * (MOST_BYTES + 1)))
