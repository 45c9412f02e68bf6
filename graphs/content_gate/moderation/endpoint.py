"""The moderation endpoint (`POST /moderations`): made for this, and free of charge at OpenAI.

The request and answer are those documented in `openai.types.moderation_create_params` and
`.moderation_create_response` of openai 3.54.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from openai import NotFoundError
from openai.resources.moderations import AsyncModerations
from pydantic import BaseModel, ValidationError

from graphs.adapters.environment import text_in
from graphs.adapters.errors import SourceAnswerUnusable
from graphs.adapters.excerpts import excerpt
from graphs.content_gate.moderation.flags import flag
from graphs.content_gate.submissions.submission import Reason
from graphs.kit.model.openai_client import openai_client
from graphs.kit.model.settings import ModelSettings

OPENAI_MODEL = "omni-moderation-latest"
"""What OpenAI is asked for when FANJOIN_MODERATION_MODEL names no other."""

_MOST_FLAGS = 20
"""Of one text; OpenAI knows 13 categories."""

_SILENCE_SECONDS = 20


@dataclass(frozen=True)
class ModerationSettings:
    """Who moderates."""

    moderation_model: str | None = None
    """`FANJOIN_MODERATION_MODEL`: the model of the moderation endpoint, for a server other than
    OpenAI's own that has one."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(moderation_model=text_in("FANJOIN_MODERATION_MODEL"))


class NoModeration(LookupError):
    """There is no moderation endpoint to ask; the message says why."""


class _Result(BaseModel):
    flagged: bool
    categories: dict[str, bool | None]
    category_scores: dict[str, float | None] = {}


class _Answer(BaseModel):
    results: list[_Result]


def moderation_model() -> str | None:
    """Return the model that moderates, or None where no server is known to have one.

    OpenAI's own does; any other is asked only where FANJOIN_MODERATION_MODEL is set.
    """
    settings = ModelSettings.read()
    if settings.base_url is None and settings.api_key is None:
        return None
    host = urlsplit(settings.base_url or "https://api.openai.com").hostname or ""
    of_openai = OPENAI_MODEL if host.endswith(".openai.com") else None
    return ModerationSettings.read().moderation_model or of_openai


async def moderate(texts: Mapping[str, str]) -> tuple[list[Reason], str]:
    """Return what a moderation model flags in texts, given by their place, and the model's name.

    Raises:
        NoModeration: none is configured, or the server knows no such address or model.
        SourceAnswerUnusable: its answer is out of shape.
        openai.OpenAIError: it refused, could not be reached, or its answer was given up.
    """
    model = moderation_model()
    if model is None:
        raise NoModeration("no moderation model is configured")
    moderations = AsyncModerations(openai_client(silence_seconds=_SILENCE_SECONDS))
    try:
        answer = await moderations.with_raw_response.create(input=list(texts.values()), model=model)
    except NotFoundError as error:
        raise NoModeration(f"the server has no moderation model {model!r}") from error
    results = _parse(answer.content).results
    if len(results) != len(texts):
        raise SourceAnswerUnusable(
            f"the moderation endpoint judged {len(results)} texts of {len(texts)}"
        )
    placed = zip(texts, results, strict=True)
    return [reason for place, result in placed for reason in _flags_of(place, result)], model


def _flags_of(place: str, result: _Result) -> list[Reason]:
    names = [name for name, is_flagged in result.categories.items() if is_flagged]
    if result.flagged and not names:
        return [flag("flagged", place)]
    scores = result.category_scores
    return [flag(excerpt(name, 80), place, score=scores.get(name)) for name in names[:_MOST_FLAGS]]


def _parse(content: bytes) -> _Answer:
    try:
        return _Answer.model_validate_json(content)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the answer"
        raise SourceAnswerUnusable(
            f"the moderation endpoint answered out of shape: {excerpt(place, 100)}"
        ) from None  # the cause quotes the answer
