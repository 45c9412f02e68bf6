"""What the texts of some settings may be, and what they become."""

import re
from decimal import Decimal
from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

_SHORTEST_KEY = 16

_NAME = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*"

Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000)]


class Price(BaseModel):
    """What a model costs, in US dollars per million tokens."""

    input: Dollars
    output: Dollars


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def _require_strong_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(len(key.get_secret_value().strip()) < _SHORTEST_KEY for key in keys):
        raise ValueError(
            f"a key has fewer than {_SHORTEST_KEY} characters: `openssl rand -hex 24` makes one"
        )
    return tuple(SecretStr(key.get_secret_value().strip()) for key in keys)


def _require_names(
    texts: tuple[str, ...], form: re.Pattern[str], explanation: str
) -> tuple[str, ...]:
    names = tuple(text.strip().lower() for text in texts if text.strip())
    for name in names:
        if not form.fullmatch(name):
            raise ValueError(f"{name} is {explanation}")
    return names


_require_hosts = partial(
    _require_names,
    form=re.compile(rf"\*|(\*\.)?{_NAME}|\[[0-9a-f:.]+\]"),
    explanation="no host name: write it as example.com, without scheme, port or path; "
    "*.example.com stands for the names below it, * for any",
)

_require_origins = partial(
    _require_names,
    form=re.compile(rf"\*|[a-z][a-z0-9+.-]*://({_NAME}|\[[0-9a-f:.]+\])(:[0-9]{{1,5}})?"),
    explanation="no origin: write it as a browser sends it, https://example.com or "
    "http://localhost:3000, without a path; * stands for any",
)


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
