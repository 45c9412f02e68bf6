"""What a content filter may flag, whoever judges: the categories of OpenAI's moderation."""

from typing import Literal, TypeAlias

from graphs.content_gate.submissions.submission import Reason

Category: TypeAlias = Literal[
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
]
"""As in `openai.types.moderation` of openai 3.54."""


def flag(category: str, place: str, *, score: float | None = None) -> Reason:
    """Return the reason for one category that a text was flagged for."""
    message = f"flagged as {category}" + ("" if score is None else f", score {score:.2f}")
    return Reason(check="content", code=category, message=message, place=place)
