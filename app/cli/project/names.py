"""What a project of one's own is called, made of the one name that a person gives."""

import re
import unicodedata
from dataclasses import dataclass

from app.cli.errors import NotWritten

_LONGEST_TITLE = 60


@dataclass(frozen=True)
class Names:
    """`Acme Briefs` is the title, `acme-briefs` the distribution and the image."""

    title: str
    distribution: str


def names_of(name: str, *, reserved: set[str]) -> Names:
    """Return the names; raise NotWritten for a name that makes none, or one that is reserved."""
    title = " ".join(name.split())
    if not title.isprintable() or len(title) > _LONGEST_TITLE or '"' in title or "\\" in title:
        raise NotWritten(
            f"{name!r} cannot be a title: use at most {_LONGEST_TITLE} characters, no quotation "
            "mark and no backslash"
        )
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    distribution = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if not distribution:
        raise NotWritten(f"{name!r} makes no distribution name: use letters of a to z or digits")
    if distribution in reserved:
        raise NotWritten(
            f"{distribution!r} is the name of a package that the project needs: choose another"
        )
    return Names(title, distribution)
