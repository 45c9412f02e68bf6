"""A written email before it is HTML: its words, its link, its picture."""

from dataclasses import dataclass

from pydantic import HttpUrl, TypeAdapter

from graphs.campaign.email.writing import Body, LanguageCode
from graphs.campaign.images.picture import Picture

_URL = TypeAdapter(HttpUrl)


@dataclass(frozen=True)
class Draft:
    """All that an email is assembled from. Raises ValueError for an `url` that is no web link."""

    subject: str
    body: Body
    action: str
    """The words on the button."""

    url: str
    """Where the button leads."""

    colour: str
    """Of the button, as `#rrggbb`."""

    language: LanguageCode
    picture: Picture | None
    alt: str
    """The words that stand for the picture where it is not shown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", web_link(self.url))


def web_link(url: str) -> str:
    """Return an http or https address in its normal form, all ASCII.

    Raises:
        ValueError: it is none (`javascript:`, `data:` …), or holds a user name, which makes
            `https://bank.example@elsewhere.example` look like the bank.
    """
    parsed = _URL.validate_python(url)
    if parsed.username is not None or parsed.password is not None:
        raise ValueError("a link must not hold a user name or password")
    return str(parsed)
