"""One branch per item of a list: the router that sends them, and what each of them is sent."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from langgraph.types import Send
from typing_extensions import TypedDict

from graphs.kit.errors import KitError, WidthOutOfBounds
from graphs.kit.policy.called import called
from graphs.kit.policy.nodes import is_async

ItemsOf: TypeAlias = Callable[[Any], Sequence[Any]]
"""A function of the state that lists what each branch is given as its node's input."""

Label: TypeAlias = Callable[[Any], str]
"""A function of an item that says in a few words what it is, for the report."""

ITEM_KEY = "fanjoin_item"
"""The key under which a task finds its `Item` instead of a state; part of the wire."""

_LONGEST_LABEL = 80

logger = logging.getLogger(__name__)


class Item(TypedDict):
    """One item on its way to its branch; an empty list sends one without payload, `of` 0."""

    index: int
    of: int
    payload: Any
    label: str | None
    """What the author calls it."""

    wrote: list[str]
    """The keys that the branches of the last round wrote."""


@dataclass(frozen=True)
class Width:
    """How many items a round may have, and how many of them run at once."""

    items_of: ItemsOf
    max_at_once: int = 8
    min_items: int = 0
    max_items: int = 1000
    label: Label | None = None

    def check(self) -> None:
        """Raise KitError for what can never list items, or never few or many enough."""
        if is_async(self.items_of):
            raise KitError(f"over={self.items_of!r} is asynchronous: make it a plain function")
        if self.label is not None and is_async(self.label):
            raise KitError(f"label={self.label!r} is asynchronous: make it a plain function")
        if self.max_at_once < 1:
            raise KitError(f"max_at_once={self.max_at_once} must be at least 1")
        if not 0 <= self.min_items <= self.max_items:
            raise KitError(
                f"min_items={self.min_items} must be between 0 and max_items={self.max_items}"
            )

    def describe(self) -> dict[str, int]:
        return {"max_at_once": self.max_at_once, "min": self.min_items, "max": self.max_items}

    def sends(self, join: str, branch: str, state: Any, wrote: Sequence[str]) -> list[Send]:
        """Return one task per item; raise WidthOutOfBounds for too few or too many."""
        payloads = called(f"over= of {join!r}", self.items_of, state)
        if not isinstance(payloads, Sequence) or isinstance(payloads, str | bytes):
            raise KitError(f"over= of {join!r} gave {type(payloads).__name__}: return a list")
        count = len(payloads)
        if not self.min_items <= count <= self.max_items:
            bound = "min" if count < self.min_items else "max"
            limit = self.min_items if count < self.min_items else self.max_items
            raise WidthOutOfBounds(
                f"over= of {join!r} lists {count} items, and {bound}_items is {limit}"
            )
        items = [
            Item(
                index=index,
                of=count,
                payload=payload,
                label=self._label_of(payload),
                wrote=list(wrote),
            )
            for index, payload in enumerate(payloads)
        ]
        nothing = Item(index=0, of=0, payload=None, label=None, wrote=list(wrote))
        return [Send(branch, {ITEM_KEY: item}) for item in items or [nothing]]

    def _label_of(self, payload: Any) -> str | None:
        """Return what the author calls an item, in one short line; a label never fails a run."""
        if self.label is None:
            return None
        try:
            return " ".join(str(self.label(payload)).split())[:_LONGEST_LABEL]
        except Exception:  # the branch boundary: the item runs without a label
            logger.exception("item not labelled")
            return None


def item_of(state: Mapping[str, Any]) -> Item:
    """Return the item a task was sent; raise KitError when something else led to it."""
    item: Item | None = state.get(ITEM_KEY) if isinstance(state, Mapping) else None
    if item is None:
        raise KitError(
            "a branch over items was reached without an item: only its fan-out leads to it"
        )
    return item


def item_name(branch: str, index: int) -> str:
    """Return what one item's branch is called among the outcomes."""
    return f"{branch}[{index}]"
