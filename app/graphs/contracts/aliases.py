"""The names under which callers may send a key: LangGraph knows a channel by its field name."""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from pydantic import AliasChoices, AliasPath
from pydantic.fields import FieldInfo

from app.errors import InvalidInput
from app.graphs.schemas import hints_of, is_model

_NOTHING = object()


class Names(NamedTuple):
    """Where a field may stand in the JSON, the first that is there counts."""

    paths: list[list[str | int]]
    by_name: bool


def aliases_of(schema: Any) -> dict[str, Names]:
    """Return the fields that go by another name in the JSON."""
    named: dict[str, Names] = {}
    is_by_name = False
    if is_model(schema):
        config = schema.model_config
        is_by_name = bool(config.get("populate_by_name") or config.get("validate_by_name"))
        fields = dict(schema.model_fields)
    else:
        hints = hints_of(schema).items()
        fields = {key: field for key, hint in hints for field in _fields_in(hint)}
    for key, field in fields.items():
        if paths := _paths_of(field):
            named[key] = Names(paths, is_by_name)
    return named


def take_by_name(value: Mapping[str, Any], aliases: Mapping[str, Names], place: str) -> Any:
    """Return a JSON object with its fields' names for keys.

    Raises:
        InvalidInput: a key comes under two names.
    """
    if not aliases:
        return dict(value)
    sent = {str(path[0]) for names in aliases.values() for path in names.paths}
    taken = {key: item for key, item in value.items() if key not in sent or key in aliases}
    for key, names in aliases.items():
        found = [item for path in names.paths if (item := _at(value, path)) is not _NOTHING]
        is_doubled = len(found) > 1 or (found and key in value and [key] not in names.paths)
        if is_doubled:
            shown = ", ".join(".".join(map(str, path)) for path in names.paths)
            message = f"it comes under more than one of its names ({shown}, {key}): send one"
            raise InvalidInput([{"place": f"{place}.{key}", "message": message}])
        if found:
            taken[key] = found[0]
    return taken


def _fields_in(hint: Any) -> list[FieldInfo]:
    found = [item for item in getattr(hint, "__metadata__", ()) if isinstance(item, FieldInfo)]
    inner = [field for argument in get_args(hint)[:1] for field in _fields_in(argument)]
    return [*found, *inner]


def _paths_of(field: FieldInfo) -> list[list[str | int]]:
    match field.validation_alias or field.alias:
        case str() as name:
            return [[name]]
        case AliasPath() as path:
            return [list(path.path)]
        case AliasChoices() as choices:
            return choices.convert_to_aliases()
        case _:
            return []


def _at(value: Any, path: list[str | int]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return _NOTHING
    return value
