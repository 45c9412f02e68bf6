"""A named type, how JSON is checked against it, and how what does not fit is described."""

import difflib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails, to_json

from app.errors import InvalidInput
from app.graphs.contracts.aliases import aliases_of
from app.graphs.contracts.secrets import MASK, masked, secret_keys
from app.graphs.contracts.strict_json import DoesNotFit, validate_json
from app.plain_json import beginning_of, named_error, require_bounded, shortened
from app.problem_texts import MOST_PROBLEMS

_LONGEST_SHOWN = 100

_LONGEST_NAME = 100
"""Of an unknown key: what is longer is no misspelt one."""


_MOST_MEMBERS = 10
"""Of a union: so many say of one place what it should be."""

Path = tuple[int | str, ...]
"""The keys and indices that lead to a value."""


class _Schemas(GenerateJsonSchema):
    """Says nothing of a default that JSON cannot hold: the lint does."""

    ignored_warning_kinds = {  # noqa: RUF012  # as Pydantic declares it
        "skipped-choice",
        "non-serializable-default",
    }


class Contract:
    """What one part of a request must fit."""

    def __init__(self, kind: Any) -> None:
        self.type = kind
        """For OpenAPI: a model or a TypedDict with a name of its own."""

        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)
        self._aliases = aliases_of(kind)
        schema = self.json_schema()
        self._keys = list(schema.get("properties", ()))
        self.secret_keys = secret_keys(schema) | self._other_names()
        """Keys, at any depth, whose values are shown to nobody."""

    def json_schema(self) -> dict[str, Any]:
        """Return the schema that callers see."""
        return self._adapter.json_schema(schema_generator=_Schemas)

    def _other_names(self) -> frozenset[str]:
        """Return the other names of keys with secrets: a run is stored by names, not by aliases."""
        by_name = self._adapter.json_schema(by_alias=False, schema_generator=_Schemas)
        keys = secret_keys(by_name)
        aliases = [path for key in keys for path in self._aliases.get(key, ())]
        return keys.union(str(path[0]) for path in aliases)

    def validate(self, value: Any, place: str, *, may_lack_keys: bool = False) -> Any:
        """Return what the type makes of a JSON value; None for one that lacks keys it may lack.

        Raises:
            InvalidInput: the value does not fit.
        """
        try:
            return check(self._adapter, value, place)
        except DoesNotFit as misfit:
            wrong = [
                one
                for one in misfit.errors
                if not may_lack_keys or one["type"] != "missing" or len(one["loc"]) > 1
            ]
            if wrong:
                raise invalid_input(wrong, value, place, self._keys, self.secret_keys) from misfit
            return None


def check(adapter: TypeAdapter[Any], value: Any, place: str) -> Any:
    """Return what a type makes of a JSON value.

    Raises:
        DoesNotFit: the value is of another type.
        InvalidInput: it is no JSON that can be stored, or a validator of the graph's author raised
            something else.
    """
    require_bounded(value, place)
    try:
        text = to_json(value)
    except ValueError as error:
        raise InvalidInput.at(place, f"it cannot be written as JSON: {error}") from error
    try:
        return validate_json(adapter, text)
    except DoesNotFit:
        raise
    except BaseException as error:  # also SystemExit: a validator must not end the service
        where = ".".join((place, *_key_that_raises(adapter, value)))
        said = f"a validator of the graph raised {named_error(error)}"
        raise InvalidInput.at(where, said) from error


def _key_that_raises(adapter: TypeAdapter[Any], value: Any) -> Iterator[str]:
    """Yield the first key of a value whose validator raises; nothing where that is no key's."""
    for key, item in value.items() if isinstance(value, dict) else ():
        try:
            validate_json(adapter, to_json({key: item}))
        except DoesNotFit:
            continue
        except BaseException:  # noqa: BLE001  # what it is has been seen
            yield key
            return


def invalid_input(
    errors: Sequence[ErrorDetails],
    value: Any,
    place: str,
    keys: Sequence[str],
    secrets: frozenset[str] = frozenset(),
) -> InvalidInput:
    """Return what is wrong with a JSON value as an error that names the first places, each once.

    `keys` are those that are known; what stands under one of the `secrets` is not shown.
    """
    by_place: dict[Path, list[ErrorDetails]] = {}
    for one in errors:
        by_place.setdefault(_path_in(value, one), []).append(one)
    shown = [
        _described(path, wrong, place, keys, secrets)
        for path, wrong in islice(by_place.items(), MOST_PROBLEMS)
    ]
    return InvalidInput(shown, left_out=len(by_place) - len(shown))


def _path_in(value: Any, wrong: ErrorDetails) -> Path:
    """Return where in a value an error is: Pydantic's place also names the member of a union."""
    path: list[int | str] = []
    for part in wrong["loc"]:
        if isinstance(value, dict) and part in value:
            value = value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        elif part is wrong["loc"][-1] and wrong["type"] == "missing":
            pass
        else:
            continue
        path.append(part)
    return tuple(path)


def _described(
    path: Path,
    errors: Sequence[ErrorDetails],
    place: str,
    keys: Sequence[str],
    secrets: frozenset[str],
) -> dict[str, Any]:
    wrong = errors[0]
    said = dict.fromkeys(one["msg"] for one in errors[:_MOST_MEMBERS])
    message = ", or: ".join(said) + _nearest(wrong, keys)
    shown = {"place": ".".join(filter(None, (place, *map(str, path)))) or "body"}
    if not place and (not path or wrong["type"] == "missing"):
        return {**shown, "message": message}  # it would be the whole body, with its secrets
    beginning = beginning_of(wrong.get("input"), _LONGEST_SHOWN)
    given = shortened(repr(masked(beginning, secrets)), _LONGEST_SHOWN)
    is_secret = any(not secrets.isdisjoint(map(str, one["loc"])) for one in errors)
    return {**shown, "message": message, "given": MASK if is_secret else given}


def _nearest(wrong: ErrorDetails, keys: Sequence[str]) -> str:
    if wrong["type"] != "extra_forbidden" or len(wrong["loc"]) != 1:
        return ""
    name = str(wrong["loc"][0])
    near = difflib.get_close_matches(name, keys, n=1) if len(name) <= _LONGEST_NAME else []
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(keys) or 'none'}"
