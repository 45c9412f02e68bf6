"""What the texts of some settings may be, and what they become."""

import json
import re
from decimal import Decimal
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from app.host_names import WrongHost, canonical_host, canonical_origin

_SHORTEST_KEY = 16

_ANY = "*"

_JSON_LIST = re.compile(r'\s*\[\s*["\]]')
"""How one begins, and no IPv6 address does."""

Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000)]


class Price(BaseModel):
    """What a model costs, in US dollars per million tokens."""

    input: Dollars
    output: Dollars

    @property
    def is_free(self) -> bool:
        """Whether a call costs nothing, however many tokens it used."""
        return self.input == 0 and self.output == 0


def _split(value: object) -> object:
    """Read a list separated by commas, or the JSON list that other services take."""
    if not isinstance(value, str):
        return value
    if not _JSON_LIST.match(value):
        return value.split(",")
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("it begins like a JSON list and is none: separate by commas") from None


def _require_strong_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(len(key.get_secret_value().strip()) < _SHORTEST_KEY for key in keys):
        raise ValueError(
            f"a key has fewer than {_SHORTEST_KEY} characters: `openssl rand -hex 24` makes one"
        )
    return tuple(SecretStr(key.get_secret_value().strip()) for key in keys)


def _require_hosts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_host(text.strip()) for text in texts if text.strip())


def _host(text: str) -> str:
    if text == _ANY:
        return text
    below = "*." if text.startswith("*.") else ""
    try:
        return below + canonical_host(text.removeprefix(below))
    except WrongHost as error:
        raise ValueError(
            f"{text} is no host name: write it as example.com, without scheme, port or path; "
            f"*.example.com means the names below it, * any ({error})"
        ) from None


def _require_origins(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_origin(text.strip()) for text in texts if text.strip())


def _origin(text: str) -> str:
    try:
        return text if text == _ANY else canonical_origin(text)
    except WrongHost as error:
        raise ValueError(
            f"{text} is no origin: write it as a browser sends it, https://example.com or "
            f"http://localhost:3000, without a path; * means any ({error})"
        ) from None


def require_safe_url(url: str) -> str:
    """Return an address that nobody on the way can change: https, or http to this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise ValueError("it is no address: write it as https://login.example.com") from None
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        raise ValueError("it is no address: write it as https://login.example.com")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("the keys could be changed on the way: write it with https")
    if parts.username or parts.password:
        raise ValueError("it holds a password: leave that out")
    return url


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address to listen on."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_postgres(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError(
            "it must begin with postgresql://; for SQLite leave it out and set FANJOIN_DATA_DIR"
        )
    try:
        urlsplit(url.get_secret_value())
    except ValueError:
        # Its words may hold the password.
        raise ValueError("it is no address: write [ and ] in it as %5B and %5D") from None
    return url


Keys = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(_split), AfterValidator(_require_strong_keys)
]

HostNames = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_require_hosts)
]

Origins = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_require_origins)
]

PostgresUrl = Annotated[SecretStr, AfterValidator(_require_postgres)]
