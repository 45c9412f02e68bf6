"""The names under which callers may send a key: LangGraph knows a channel by its field name."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import AliasChoices, AliasPath
from pydantic.fields import FieldInfo

from app.errors import InvalidInput
from app.graphs.schemas import hints_of, is_model

Path = Sequence[str | int]

_NOTHING = object()


def aliases_of(schema: Any) -> dict[str, list[Path]]:
    """Return where the fields may stand in the JSON that go by another name there."""
    allows_names = False
    if is_model(schema):
        config = schema.model_config
        allows_names = bool(config.get("populate_by_name") or config.get("validate_by_name"))
        fields = dict(schema.model_fields)
    else:
        hints = hints_of(schema).items()
        fields = {key: field for key, hint in hints for field in _fields_in(hint)}
    named = {key: _paths_of(field) for key, field in fields.items()}
    return {
        key: [*paths, [key]] if allows_names and [key] not in paths else paths
        for key, paths in named.items()
        if paths
    }


def keyed_by_name(value: Mapping[str, Any], aliases: Mapping[str, list[Path]], place: str) -> Any:
    """Return a JSON object with its fields' names for keys.

    Raises:
        InvalidInput: a key comes under two names.
    """
    others = aliases.keys() | {path[0] for paths in aliases.values() for path in paths}
    by_name = {key: item for key, item in value.items() if key not in others}
    for key, paths in aliases.items():
        sent = [item for path in paths if (item := _at(value, path)) is not _NOTHING]
        if len(sent) > 1:
            names = ", ".join(".".join(map(str, path)) for path in paths)
            message = f"it comes under more than one of its names ({names}): send one"
            raise InvalidInput.at(f"{place}.{key}", message)
        if sent:
            by_name[key] = sent[0]
    return by_name


def _fields_in(hint: Any) -> list[FieldInfo]:
    fields = [item for item in getattr(hint, "__metadata__", ()) if isinstance(item, FieldInfo)]
    return [*fields, *(one for argument in get_args(hint)[:1] for one in _fields_in(argument))]


def _paths_of(field: FieldInfo) -> list[Path]:
    match field.validation_alias or field.alias:
        case str() as name:
            return [[name]]
        case AliasPath() as path:
            return [list(path.path)]
        case AliasChoices() as choices:
            return list(choices.convert_to_aliases())
        case _:
            return []


def _at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return _NOTHING
    return value
