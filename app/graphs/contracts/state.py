"""What may be written into the state of a thread from outside."""

from collections.abc import Mapping
from typing import Any

from langgraph.graph.state import StateGraph

from app.graphs.contracts.contract import Contract
from app.graphs.contracts.strict_json import copy_of
from app.graphs.messages import make_messages, unreduced_messages
from app.graphs.schemas import has_keys, hints_of, is_open, state_type


class StateContract(Contract):
    """A graph's keys, of all its schemas: any of them may be written, and none is required."""

    def __init__(self, builder: StateGraph[Any, Any, Any, Any], name: str) -> None:
        hints: dict[str, Any] = {}
        for schema in (builder.state_schema, *builder.schemas):
            if has_keys(schema):
                hints = {**hints_of(schema, managed=builder.managed), **hints}
        is_open_state = is_open(builder.state_schema)
        super().__init__(dict[str, Any] if is_open_state else state_type(hints, name))
        self._messages = unreduced_messages(hints)

    def accept(self, values: Mapping[str, Any], *, place: str = "values") -> Any:
        """Return values as `update_state` takes them: as JSON, with messages as objects.

        Raises:
            InvalidInput: a key is unknown, or its value is of another type.
        """
        self.validate(values, place)
        return make_messages(copy_of(values), self._messages)
