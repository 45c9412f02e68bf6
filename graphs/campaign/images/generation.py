"""Images by an image model, over OpenAI's images API (`POST /images/generations`).

FANJOIN_IMAGE_MODEL names the model, at the server of the chat model, and switches all this on: an
image costs money, and few servers besides OpenAI's own make any. The request and answer are those
documented in `openai.types.image_generate_params` and `.images_response` of openai 3.54.
"""

from base64 import b64decode
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import httpx2
from openai.resources.images import AsyncImages
from pydantic import BaseModel, Field, ValidationError

from graphs.adapters.environment import text_in
from graphs.adapters.errors import (
    SourceAnswerUnusable,
    SourceNotConfigured,
    SourceUnreachable,
)
from graphs.adapters.images.decoding import ImageRefused, open_image, shrink
from graphs.adapters.images.threads import in_image_thread
from graphs.kit.model.errors import AnswerTooLarge
from graphs.kit.model.openai_client import openai_client

MOST_BYTES = 14_000_000
"""Of an answer: in base64, the largest image that is decoded."""

LONGEST_SIDE = 1200
"""Pixels of what is returned."""

_SILENCE_SECONDS = 120


@dataclass(frozen=True)
class ImageModelSettings:
    """Who makes pictures."""

    image_model: str | None = None
    """`FANJOIN_IMAGE_MODEL`: with it pictures are made by this model of OpenAI's images API, at the
    server of the chat model (say `gpt-image-2.5-flare` at OpenAI); without it they are drawn."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(image_model=text_in("FANJOIN_IMAGE_MODEL"))


class _Generated(BaseModel):
    b64_json: str


class _Answer(BaseModel):
    data: list[_Generated] = Field(min_length=1)


def is_configured() -> bool:
    """Whether an image model is named."""
    return ImageModelSettings.read().image_model is not None


async def generate_image(prompt: str) -> bytes:
    """Return a JPEG of what the prompt says, its longest side `LONGEST_SIDE` at the most.

    It is drawn anew from what the model sent, which is checked by content and carried no further.

    Raises:
        SourceError: no image model is configured, or its answer broke off or is no image.
        ModelNotConfigured: there is no server to ask.
        openai.OpenAIError: the server refused, or could not be reached.
    """
    model = ImageModelSettings.read().image_model
    if model is None:
        raise SourceNotConfigured("no image model is configured: set FANJOIN_IMAGE_MODEL")
    client = openai_client(silence_seconds=_SILENCE_SECONDS, most_bytes=MOST_BYTES)
    answer = await _ask(AsyncImages(client), model, prompt)
    return await in_image_thread(_jpeg_of, answer)


async def _ask(images: AsyncImages, model: str, prompt: str) -> bytes:
    asking = images.with_streaming_response.generate(
        model=model, prompt=prompt, n=1, **_form(model)
    )
    try:
        async with asking as response:
            content: bytes = await response.read()
            return content
    except AnswerTooLarge as error:
        raise SourceAnswerUnusable(f"the image model sent over {MOST_BYTES:,} bytes") from error
    except httpx2.HTTPError as error:
        raise SourceUnreachable(f"the image model broke off: {type(error).__name__}") from error


def _form(model: str) -> dict[str, Any]:
    """Say in which form the image is wanted.

    OpenAI's own models always answer in base64, and refuse `response_format`; others send an
    address unless it asks for base64.
    """
    if "gpt-image" in model:
        return {"size": "1536x1024", "output_format": "jpeg"}
    return {"size": "1024x1024", "response_format": "b64_json"}


def _jpeg_of(answer: bytes) -> bytes:
    try:
        content = b64decode(_Answer.model_validate_json(answer).data[0].b64_json, validate=True)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the answer"
        raise SourceAnswerUnusable(f"the image model answered out of shape: {place}") from None
    except ValueError:
        raise SourceAnswerUnusable("the image model sent what is no base64") from None
    try:
        drawn = shrink(open_image(content), LONGEST_SIDE)
    except ImageRefused as error:
        raise SourceAnswerUnusable(f"the image model sent no usable image: {error}") from error
    jpeg = BytesIO()
    drawn.save(jpeg, "JPEG", quality=82, optimize=True)
    return jpeg.getvalue()
