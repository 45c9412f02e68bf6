"""`by_item`: the reducer for what the branches over a list write, one list in item order.

`Annotated[list[T], by_item]` reads as a plain list in every node and in the output. Each branch
returns its own row (`{"rows": row}`); a branch without a result leaves no gap. The list holds the
latest round only.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graphs.kit.state.results import PLAIN, Part, Parts, Results

ROW_KEY = "fanjoin_row"
"""The key of a row in a tagged write; part of the wire."""


class ByItem(Results):
    """The channel behind `by_item`: tagged parts inside, one plain list outside."""

    def get(self) -> list[Any]:
        return [values[ROW_KEY] for values in self.results() if ROW_KEY in values]

    @classmethod
    def values_of(cls, key: str, branch: str, value: Any) -> Mapping[str, Any]:
        return {ROW_KEY: value}

    def merge(self, parts: Parts, update: Mapping[str, Any]) -> Parts:
        """Add one row to its round, which ends what was written as a whole."""
        return super().merge({k: v for k, v in parts.items() if k != PLAIN}, update)

    def write_plain(self, parts: Parts, update: Any) -> Parts:
        """Replace the whole list."""
        if not isinstance(update, Sequence) or isinstance(update, str | bytes):
            raise TypeError(
                f"{self.key!r} has the reducer by_item, which takes a list from outside a fan-out, "
                f"not {type(update).__name__}"
            )
        rows = {str(index): {ROW_KEY: row} for index, row in enumerate(update)}
        return {PLAIN: Part(round="", results=rows)}


by_item = ByItem
