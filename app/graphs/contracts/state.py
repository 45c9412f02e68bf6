"""What may be written into the state of a thread from outside."""

from collections.abc import Mapping
from typing import Any

from app.graphs.contracts.contract import Contract
from app.graphs.contracts.reserved import require_unreserved
from app.graphs.contracts.strict_json import copy_of
from app.graphs.declared import Declared
from app.graphs.messages import make_messages, unreduced_messages
from app.graphs.schemas import has_keys, hints_of, is_one_value, is_open, state_type, value_type
from app.graphs.wire import tagged_keys


class StateContract(Contract):
    """A graph's keys, of all its schemas: any of them may be written, and none is required.

    Of a state that is one value, that is the value.
    """

    def __init__(self, declared: Declared, name: str) -> None:
        hints: dict[str, Any] = {}
        for schema in (declared.state_schema, *declared.schemas):
            if has_keys(schema):
                hints = {**hints_of(schema, managed=declared.managed), **hints}
        super().__init__(_type_of(declared.state_schema, hints, name))
        self._messages = unreduced_messages(hints)
        self._tagged = tagged_keys(declared)

    def accept(self, values: Any, *, place: str = "values") -> Any:
        """Return values as `update_state` takes them: as JSON, with messages as objects.

        Raises:
            InvalidInput: a key is unknown or the kit's, or its value is of another type.
        """
        if isinstance(values, Mapping):
            require_unreserved(values, self._tagged, place)
        self.validate(values, place)
        return make_messages(copy_of(values), self._messages)


def _type_of(schema: Any, hints: Mapping[str, Any], name: str) -> Any:
    if is_one_value(schema):
        return value_type(schema)
    return dict[str, Any] if is_open(schema) else state_type(hints, name)
