"""The keys that callers show, and who gets in without one."""

import re

from app.cli.doctor.findings import Finding
from app.cli.doctor.reading import Reading
from app.cli.view.measures import counted

_PLACEHOLDER = re.compile(
    "change.?me|replace|placeholder|example|secret|passw|your.?(api.?)?key|012345|123456|abcdef|qwer",
    re.IGNORECASE,
)
"""Its rows of hexadecimal signs are so long that chance hardly makes one."""


_FEWEST_CHARACTERS = 8
"""Different ones: 16 characters of chance hold ten or more."""


_MEND = "make one with `openssl rand -hex 24` and set it in FANJOIN_API_KEYS"


async def check_keys(reading: Reading) -> list[Finding]:
    settings = reading.settings
    keys = [key.get_secret_value() for key in settings.api_keys]
    if not keys:
        return [Finding("ok", f"no key is asked for: open to whoever reaches {settings.host}")]
    weak = [place for place, key in enumerate(keys, 1) if _is_weak(key)]
    if weak:
        named = " and ".join(f"key {place}" for place in weak)
        return [Finding("warning", f"{named} of FANJOIN_API_KEYS can be guessed", _MEND)]
    if len(set(keys)) < len(keys):
        mend = "remove the repetition: a key stands for one caller"
        return [Finding("warning", "FANJOIN_API_KEYS names a key more than once", mend)]
    return [Finding("ok", f"{counted(len(keys), 'key')} in FANJOIN_API_KEYS")]


def _is_weak(key: str) -> bool:
    return len(set(key)) < _FEWEST_CHARACTERS or _PLACEHOLDER.search(key) is not None
