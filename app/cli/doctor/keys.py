"""The API keys: whether any are required, and whether one can be guessed."""

import re

from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading
from app.cli.view.measures import counted

_PLACEHOLDER = re.compile(
    "change.?me|replace|placeholder|example|secret|passw|your.?(api.?)?key|012345|123456|abcdef|qwer",
    re.IGNORECASE,
)
"""The rows of hexadecimal digits are long enough to be rare in random keys."""

_FEWEST_CHARACTERS = 8
"""Different ones: 16 random hexadecimal digits hold ten or more."""


async def check_keys(reading: Reading) -> list[Finding]:
    settings = reading.settings
    keys = settings.key_texts
    if not keys and settings.oidc_issuer is not None:
        return [Finding("ok", f"tokens of {settings.oidc_issuer} are required")]
    if not keys:
        return [Finding("ok", f"no key is required: open to everyone who reaches {settings.host}")]
    if weak := [f"key {number}" for number, key in enumerate(keys, 1) if _is_weak(key)]:
        fix = "create one with `openssl rand -hex 24` and set it in FANJOIN_API_KEYS"
        detail = f"{' and '.join(weak)} of FANJOIN_API_KEYS can be guessed"
        return [Finding("warning", detail, fix)]
    if len(set(keys)) < len(keys):
        fix = "remove the repetition: a key identifies one caller"
        return [Finding("warning", "FANJOIN_API_KEYS repeats a key", fix)]
    return [Finding("ok", f"{counted(len(keys), 'key')} in FANJOIN_API_KEYS")]


def _is_weak(key: str) -> bool:
    return len(set(key)) < _FEWEST_CHARACTERS or _PLACEHOLDER.search(key) is not None
