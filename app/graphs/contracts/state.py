"""What may be written into the state of a thread from outside."""

from collections.abc import Mapping
from typing import Any

from langgraph.graph.state import StateGraph

from app.errors import InvalidInput
from app.graphs.contracts.contract import check, described
from app.graphs.contracts.strict_json import DoesNotFit, copy_of
from app.graphs.messages import make_messages, unreduced_messages
from app.graphs.schemas import adapter_of, has_keys, hints_of, state_type


class StateContract:
    """A graph's channels: any of them may be written, and none is required."""

    def __init__(self, builder: StateGraph[Any, Any, Any, Any]) -> None:
        hints: dict[str, Any] = {}
        for schema in (builder.state_schema, *builder.schemas):
            if has_keys(schema):
                hints = {**hints_of(schema, managed=builder.managed), **hints}
        self._adapters = {key: adapter_of(state_type(hint)) for key, hint in hints.items()}
        self._messages = unreduced_messages(hints)

    def accept(self, values: Mapping[str, Any], *, place: str = "values") -> Any:
        """Return values as `update_state` takes them: as JSON, with messages as objects.

        Raises:
            InvalidInput: a value is of another type than its key.
        """
        for key, value in values.items():
            if (adapter := self._adapters.get(key)) is not None:
                where = f"{place}.{key}"
                try:
                    check(adapter, value, where)
                except DoesNotFit as misfit:
                    raise InvalidInput(described(misfit.errors, where, ())) from misfit
        return make_messages(copy_of(values), self._messages)
