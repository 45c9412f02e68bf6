"""Images by a model, against a real server on loopback that speaks OpenAI's images API."""

import asyncio
import struct
import zlib
from io import BytesIO

import openai
import pytest
from PIL import Image

from graphs.adapters.errors import (
    SourceAnswerUnusable,
    SourceNotConfigured,
    SourceUnreachable,
)
from graphs.campaign.images.generation import (
    LONGEST_SIDE,
    MOST_BYTES,
    generate_image,
    is_configured,
)
from graphs.kit.model.models import ModelNotConfigured
from graphs.kit.policy.attempts import is_worth_retrying
from tests.graphs.campaign.images.pictures_at_hand import picture
from tests.image_answers import in_base64
from tests.model_answers import Answer
from tests.model_server import ModelServer

ORANGE = (255, 136, 0)


@pytest.fixture
def image_server(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    monkeypatch.setenv("FANJOIN_IMAGE_MODEL", "gpt-image-2.5-flare")
    return model_server


def image_of(server: ModelServer, content: bytes) -> Image.Image:
    server.answer(Answer(text=in_base64(content)))
    return Image.open(BytesIO(asyncio.run(generate_image("a bicycle light"))))


def header_of_a_bomb() -> bytes:
    """A PNG of a few bytes that says it is ten gigapixels large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    size = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


def test_one_image_is_asked_for_as_openai_documents_it(image_server: ModelServer) -> None:
    asyncio.run(generate_image("a bicycle light"))

    (call,) = image_server.calls
    assert call.body == {
        "model": "gpt-image-2.5-flare",
        "prompt": "a bicycle light",
        "n": 1,
        "size": "1536x1024",
        "output_format": "jpeg",
    }


def test_a_model_of_another_server_is_asked_for_base64(
    image_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_IMAGE_MODEL", "stable-diffusion")

    asyncio.run(generate_image("a bicycle light"))

    (call,) = image_server.calls
    assert call.body["response_format"] == "b64_json"
    assert "output_format" not in call.body


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("JPEG", "CMYK"), ("WEBP", "RGBA")]
)
def test_an_image_of_any_kind_becomes_a_jpeg(
    form: str, mode: str, image_server: ModelServer
) -> None:
    image = image_of(image_server, picture(form=form, mode=mode))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (96, 64))
    pixel = image.getpixel((9, 9))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(pixel, ORANGE, strict=True))


def test_a_large_image_is_scaled_down_in_proportion(image_server: ModelServer) -> None:
    image = image_of(image_server, picture((3000, 1500)))

    assert image.size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_what_came_with_the_image_does_not_go_on(image_server: ModelServer) -> None:
    exif = Image.Exif()
    exif[0x010E] = "made by a model"

    image = image_of(image_server, picture(form="JPEG", exif=exif))

    assert not image.getexif()


def test_what_is_transparent_becomes_white(image_server: ModelServer) -> None:
    content = BytesIO()
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(content, "PNG")

    image = image_of(image_server, content.getvalue())

    assert image.getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (
            in_base64(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "no usable image: the image is a",
        ),
        (in_base64(picture(form="BMP")), "no usable image: the image is a"),
        (in_base64(picture((900, 900))[:1500]), "no usable image"),
        (in_base64(header_of_a_bomb()), "no usable image"),
        (in_base64(picture((5001, 5000), mode="1")), "the image has 5,001"),
        ("no base64 at all!", "what is no base64"),
        ("A" * (MOST_BYTES + 1), f"over {MOST_BYTES:,} bytes"),
    ],
    ids=["svg", "bmp", "truncated", "bomb", "too many pixels", "no base64", "too many bytes"],
)
def test_what_is_no_usable_image_is_refused_with_its_reason(
    sent: str, reason: str, image_server: ModelServer
) -> None:
    image_server.answer(Answer(text=sent))

    with pytest.raises(SourceAnswerUnusable, match=reason):
        asyncio.run(generate_image("a bicycle light"))


def test_an_answer_out_of_shape_is_named(image_server: ModelServer) -> None:
    image_server.answer(Answer(fault="malformed"))

    with pytest.raises(SourceAnswerUnusable, match="out of shape"):
        asyncio.run(generate_image("a bicycle light"))


def test_a_connection_that_breaks_off_is_worth_another_attempt(image_server: ModelServer) -> None:
    image_server.answer(Answer(fault="cut"))

    with pytest.raises(SourceUnreachable) as caught:
        asyncio.run(generate_image("a bicycle light"))

    assert is_worth_retrying(caught.value)


@pytest.mark.parametrize(("status", "is_worth"), [(400, False), (401, False), (429, True)])
def test_a_refusal_comes_once_and_says_whether_to_try_again(
    status: int, is_worth: bool, image_server: ModelServer
) -> None:
    image_server.answer(Answer(status=status, text="not this one"))

    with pytest.raises(openai.APIStatusError, match="not this one") as caught:
        asyncio.run(generate_image("a bicycle light"))

    assert is_worth_retrying(caught.value) is is_worth
    assert len(image_server.calls) == 1


def test_without_a_model_nothing_is_asked(model_server: ModelServer) -> None:
    with pytest.raises(SourceNotConfigured, match="FANJOIN_IMAGE_MODEL"):
        asyncio.run(generate_image("a bicycle light"))

    assert not is_configured()
    assert model_server.calls == []


def test_a_model_without_a_server_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_IMAGE_MODEL", "gpt-image-2.5-flare")

    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        asyncio.run(generate_image("a bicycle light"))

    assert is_configured()
