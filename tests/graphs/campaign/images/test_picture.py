import asyncio
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from graphs.campaign.images.picture import card_picture, generated_picture
from tests.model_server import ModelServer


def test_a_card_travels_as_png_and_svg() -> None:
    picture = asyncio.run(card_picture("Halo", "Lights up", "#1f6f5c"))

    assert (picture["kind"], picture["media_type"]) == ("card", "image/png")
    assert Image.open(BytesIO(b64decode(picture["base64"]))).format == "PNG"
    assert picture["svg"] is not None


def test_a_generated_picture_travels_as_jpeg(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_IMAGE_MODEL", "gpt-image-2.5-flare")

    picture = asyncio.run(generated_picture("a light"))

    assert (picture["kind"], picture["media_type"]) == ("generated", "image/jpeg")
    assert Image.open(BytesIO(b64decode(picture["base64"]))).format == "JPEG"
    assert picture["svg"] is None
