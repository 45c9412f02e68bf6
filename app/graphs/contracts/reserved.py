"""The keys that the kit writes, which nobody may send."""

from collections.abc import Collection, Mapping
from typing import Any

from app.errors import InvalidInput
from app.graphs.wire import reserved_key


def require_unreserved(values: Mapping[str, Any], tagged: Collection[str], place: str) -> None:
    """Check that values from outside, by their names, have no key of the kit.

    Raises:
        InvalidInput: they have one; the problem names the place.
    """
    if (reserved := reserved_key(values, tagged)) is not None:
        message = "the service writes this key itself: leave it out"
        raise InvalidInput.at(f"{place}.{reserved}", message)
