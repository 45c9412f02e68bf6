"""Keys of a dict as JSON has them: texts, each of which stands for one key."""

import json
from typing import Any

from app.plain_json.parts import open_value
from app.plain_json.text import clean_text


def key_text(key: Any) -> str:
    """Return a key as JSON text: 1 is `1`, True is `true`, None is `null`, a date its ISO form."""
    if type(key) is str:
        return clean_text(key)
    opened = open_value(key)
    if isinstance(opened, list):
        return ",".join(map(key_text, opened))
    if isinstance(opened, dict):
        return ",".join(f"{key_text(name)}={key_text(item)}" for name, item in opened.items())
    return opened if isinstance(opened, str) else json.dumps(opened)
