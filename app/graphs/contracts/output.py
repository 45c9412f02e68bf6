"""What a graph gives back: the keys it wrote, each as it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.errors import AmbiguousKeys
from app.graphs.declared import Declared
from app.graphs.schemas import output_check, output_type
from app.plain_json import as_json, named_error
from app.problem_texts import cut_list


class InvalidOutput(Exception):
    """A graph ended without the output it declares; `keys` are those that do not fit."""

    def __init__(self, message: str, keys: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.keys = list(keys)


class OutputContract:
    """A graph's output. A schema of its own is checked; a whole state promises nothing."""

    def __init__(self, declared: Declared, name: str) -> None:
        schema = declared.output_schema
        is_state = schema is declared.state_schema
        self.type = output_type(schema, name, is_state=is_state, managed=declared.managed)
        """For OpenAPI: a TypedDict with a name of its own."""

        self._described: TypeAdapter[Any] = TypeAdapter(self.type)
        self._check: TypeAdapter[Any] | None = None
        if not is_state:
            self._check = TypeAdapter(output_check(schema, name, self.type))

    def json_schema(self) -> dict[str, Any]:
        """Return the schema that callers see."""
        return self._described.json_schema(mode="serialization", by_alias=False)

    def to_json(self, state: Any) -> Any:
        """Return the output as JSON: what was written, nothing added and nothing cut.

        Raises:
            InvalidOutput: a key of the graph's output schema is missing or wrong.
        """
        if self._check is not None:
            _require_fit(self._check, state)
        try:
            return as_json(state)
        except AmbiguousKeys as error:
            raise InvalidOutput(str(error)) from error


def _require_fit(check: TypeAdapter[Any], state: Mapping[str, Any]) -> None:
    # Pydantic would use an iterator up to see what is in it.
    if lazy := [key for key, value in state.items() if isinstance(value, Iterator)]:
        raise InvalidOutput(
            f"the graph ended with an iterator as its output ({', '.join(lazy)}): make it a list",
            lazy,
        )
    try:
        check.validate_python(state, by_name=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False)
        shown = cut_list([f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong])
        keys = [str(one["loc"][0]) for one in wrong if one["loc"] and one["type"] != "missing"]
        message = f"the graph ended without its output ({shown})"
        raise InvalidOutput(message, list(dict.fromkeys(keys))) from error
    except BaseException as error:  # also SystemExit: a validator must not end the service
        said = f"a validator of the output raised {named_error(error)}"
        raise InvalidOutput(said, list(state)) from error
