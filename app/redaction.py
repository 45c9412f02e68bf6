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
            if secret[:_SHORTEST_SECRET] in text:
                text = _hide(secret, text)
        return shortened(text, LONGEST)

    return redact


def _hide(secret: str, text: str) -> str:
    """Blank out a secret, and its beginning where the text was cut in the middle of it."""
    text = text.replace(secret, "***")
    for length in range(len(secret) - 1, _SHORTEST_SECRET - 1, -1):
        beginning = secret[:length]
        text = text.replace(f"{beginning}…", "***…")
        if text.endswith(beginning):
            text = f"{text[:-length]}***"
    return text
