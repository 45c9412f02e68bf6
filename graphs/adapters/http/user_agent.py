"""The name that every request to a source carries."""

from dataclasses import dataclass
from typing import Self

import httpx2

from graphs.adapters.environment import text_in


@dataclass(frozen=True)
class ContactSettings:
    """Who runs this."""

    contact: str | None = None
    """`FANJOIN_CONTACT`: a mail address or page where whoever runs this can be reached; sent to
    the sources in the User-Agent, as Wikipedia's policy requires."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(contact=text_in("FANJOIN_CONTACT"))


def user_agent() -> str:
    """Name the program and who runs it, as the Wikimedia Foundation User-Agent Policy asks."""
    contact = ContactSettings.read().contact or "no contact given"
    reach = contact.encode("ascii", "ignore").decode()
    return f"Fanjoin ({reach}) httpx2/{httpx2.__version__}"
