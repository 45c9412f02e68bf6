"""What a request may set besides the input: the context that LangGraph hands to nodes."""

from typing import Any

from app.graphs.contracts.contract import Contract
from app.graphs.schemas import input_type, optional_keys


class ContextContract(Contract):
    """A graph's context; LangGraph makes an object of the JSON where the schema is a class."""

    def __init__(self, schema: Any, name: str) -> None:
        super().__init__(input_type(schema, name, is_state=False, managed=()))
        self._is_required = not optional_keys(schema, is_state=False).issuperset(self._keys)

    def accept(self, value: Any, *, place: str = "context") -> Any:
        """Return a request's context as it is.

        Raises:
            InvalidInput: it does not fit the schema, or it is absent and has required keys.
        """
        if value is not None or self._is_required:
            self.validate({} if value is None else value, place)
        return value
