"""How checkpoints hold values: LangGraph's serializer, with the graphs' own types known to it."""

import logging
from collections.abc import Collection

from langgraph.checkpoint.serde._msgpack import STRICT_MSGPACK_ENABLED
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer, _create_msgpack_ext_hook

logger = logging.getLogger(__name__)

_MOST_WARNINGS = 1000

TypeNames = Collection[tuple[str, str]]
"""Module and name of each type."""


class Serde(JsonPlusSerializer):
    """Restores objects of known types as what they were.

    As in LangGraph, others are restored with a warning, once each; under LANGGRAPH_STRICT_MSGPACK
    they come back as plain values.
    """

    def __init__(self, types: TypeNames = ()) -> None:
        self._known = _Known(types)
        super().__init__(
            allowed_msgpack_modules=list(types),
            __unpack_ext_hook__=_create_msgpack_ext_hook(self._known),
        )

    def know(self, types: TypeNames) -> None:
        """Restore these types too, as those of graphs that were loaded later."""
        self._known.update(types)


class _Known(set[tuple[str, ...]]):
    """Registered types; every other is allowed too where LangGraph is not strict."""

    def __init__(self, types: TypeNames) -> None:
        super().__init__(types)
        self._warned: set[object] = set()

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        if STRICT_MSGPACK_ENABLED:
            return False
        if key not in self._warned and len(self._warned) < _MOST_WARNINGS:
            self._warned.add(key)
            logger.warning(
                "a checkpoint holds a type that no graph declares: name it in the state's schema, "
                "since a later LangGraph will refuse it",
                extra={"type": ".".join(key) if isinstance(key, tuple) else key},
            )
        return True
