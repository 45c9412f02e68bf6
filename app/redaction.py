"""What an error says, fit to be shown: no secret, no half characters, bounded in length."""

from collections.abc import Callable, Iterable

from app.plain_json import clean_text, shortened

Redact = Callable[[str], str]

LONGEST = 500
_SHORTEST_SECRET = 6
"""Anything shorter would blank out common words."""


def redactor(secrets: Iterable[str] = ()) -> Redact:
    """Return a function that makes an error text fit to be shown, with the secrets blanked out."""
    hidden = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)

    def redact(text: str) -> str:
        text = clean_text(text[: 10 * LONGEST])
        for secret in hidden:
            text = text.replace(secret, "***")
        return shortened(text, LONGEST)

    return redact
