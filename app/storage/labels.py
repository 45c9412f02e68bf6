"""What metadata is searched by: a label for each top-level scalar."""

import hashlib
from collections.abc import Mapping
from typing import Any

from app.storage.records import json_text

_LONGEST = 200
"""In bytes. A longer value is known by its hash: an index of PostgreSQL takes 2.7 KB, no more."""


def labels_of(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that metadata makes; nested values make none."""
    return {
        key: label_value(value)
        for key, value in metadata.items()
        if value is None or isinstance(value, str | int | float | bool)
    }


def label_value(value: Any) -> str:
    """Return a scalar as the label tables hold it."""
    text = json_text(value)
    if len(text.encode()) <= _LONGEST:
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
