"""`choose=`: which branches of a fan-out a round runs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, get_type_hints

from typing_extensions import TypedDict, is_typeddict

from graphs.kit.errors import KitError, WidthOutOfBounds
from graphs.kit.policy.called import called
from graphs.kit.policy.nodes import input_schema_of, is_async

Choose: TypeAlias = Callable[[Any], Collection[str]]
"""A function of the state that names the branches to run; asked once per round, so it must not
depend on anything but the state."""


@dataclass(frozen=True)
class Choice:
    """Which branches run, and how many it must at least be."""

    choose: Choose
    min_items: int = 0

    def check(self, branches: int) -> None:
        """Raise KitError for what can never choose."""
        if is_async(self.choose):
            raise KitError(f"choose={self.choose!r} is asynchronous: make it a plain function")
        if not 0 <= self.min_items <= branches:
            raise KitError(
                f"min_items={self.min_items} must be between 0 and the {branches} branches"
            )

    def names(self, state: Any, join: str, names: Sequence[str]) -> frozenset[str]:
        """Return the names that are chosen for this state.

        Raises:
            KitError: a branch is named that is not there, or no names are given at all.
            WidthOutOfBounds: fewer than `min_items` are named.
        """
        given = called(f"choose= of {join!r}", self.choose, state)
        if not isinstance(given, Collection):
            raise KitError(f"choose= of {join!r} gave {given!r}: return the names of branches")
        chosen = frozenset([given] if isinstance(given, str) else given)
        if unknown := sorted(map(str, chosen.difference(names))):
            raise KitError(f"choose= of {join!r} names {unknown}: its branches are {list(names)}")
        if len(chosen) < self.min_items:
            raise WidthOutOfBounds(
                f"choose= of {join!r} names {len(chosen)} branches, and min_items is "
                f"{self.min_items}"
            )
        return chosen


def schema_for_choosing(choose: Choose, schema: type[Any], state_schema: type[Any]) -> type[Any]:
    """Return a branch's input schema with the keys that `choose` reads beside its own."""
    wanted = input_schema_of(choose, state_schema)
    if wanted is schema:
        return schema
    if is_typeddict(wanted) and is_typeddict(schema):
        hints = {**_hints_of(wanted), **_hints_of(schema)}
        typed_dict: Any = TypedDict
        return typed_dict(schema.__name__, hints, total=False)  # type: ignore[no-any-return]  # a class made at run time
    raise KitError(
        f"choose= reads {wanted.__name__}, and a branch reads {schema.__name__}: give both one type"
    )


def _hints_of(schema: type[Any]) -> dict[str, Any]:
    return get_type_hints(schema, include_extras=True)
