"""What a graph takes of its callers."""

from typing import Any

from app.errors import InvalidInput
from app.graphs.contracts.aliases import keyed_by_name
from app.graphs.contracts.contract import Contract
from app.graphs.contracts.defaults import NotJson, default_of, keys_with_default
from app.graphs.contracts.reserved import require_unreserved
from app.graphs.contracts.strict_json import copy_of
from app.graphs.declared import Declared
from app.graphs.messages import make_messages, unreduced_messages
from app.graphs.schemas import hints_of, input_type, is_one_value
from app.graphs.wire import tagged_keys


class InputContract(Contract):
    """A graph's input: what it must be, what a run stores of it, and what LangGraph gets."""

    def __init__(self, declared: Declared, name: str) -> None:
        self._schema = schema = declared.input_schema
        self._is_state = schema is declared.state_schema
        managed = declared.managed
        super().__init__(input_type(schema, name, is_state=self._is_state, managed=managed))
        self._messages = unreduced_messages(hints_of(schema, managed=managed))
        self._tagged = tagged_keys(declared)
        self.is_one_value = is_one_value(schema)
        self._defaults = frozenset() if self._is_state else keys_with_default(schema)

    def accept(self, value: Any, *, place: str = "input", is_on_thread: bool = False) -> Any:
        """Return the JSON that a run stores: `value` with field names for keys.

        A schema of its own adds the default of a key that is absent. A whole state does not, since
        that would overwrite what the thread holds; on a thread it may lack required keys, too.

        Raises:
            InvalidInput: it does not fit the schema, or has a key that only the kit writes.
        """
        may_lack_keys = self._is_state and is_on_thread
        accepted = keyed_by_name(value, self._aliases, place) if isinstance(value, dict) else None
        if accepted is not None:
            require_unreserved(accepted, self._tagged, place)
        validated = self.validate(value, place, may_lack_keys=may_lack_keys)
        if self.is_one_value:
            return value
        if accepted is None:  # a validator of the author's may take what is no object
            raise InvalidInput.at(place, "LangGraph takes an object alone")
        for key in self._defaults - accepted.keys():
            accepted[key] = self._default_of(key, validated, place)
        return accepted

    def _default_of(self, key: str, validated: Any, place: str) -> Any:
        try:
            return default_of(self._schema, key, validated)
        except NotJson as error:
            message = f"its default cannot be written as JSON ({error}): send a value"
            raise InvalidInput.at(f"{place}.{key}", message) from error

    def to_state(self, stored: Any) -> Any:
        """Return stored JSON as LangGraph gets it: a copy, which nodes may change.

        Messages under a key without the reducer `add_messages` become message objects here.
        """
        return make_messages(copy_of(stored), self._messages)
