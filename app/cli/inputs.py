"""The INPUT words of `fanjoin run` made into the input of a graph."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from app.cli.errors import BadInput
from app.errors import InvalidInput
from app.plain_json import clean_text, require_bounded, shortened

_LONGEST_SHOWN = 60

_ONE_VALUE = "This graph takes one value: give it as JSON or text, or - for JSON on stdin."

_MANNERS = (
    "Give key=value words, one JSON object, or - for JSON on stdin; plain text is enough where one "
    "text is required."
)


def parse_input(words: Sequence[str], schema: dict[str, Any]) -> Any:
    """Read one JSON object, or key=value words whose values the schema's types decide.

    Where one text is required, other words are that text. For a graph that takes one value, the
    words are that value. Raises BadInput when the words are neither, or hold what JSON cannot.
    """
    for word in words:
        _require_text(word)
    if not _takes_keys(schema) and not _are_keys(words, schema):
        return _one_value(" ".join(words), schema)
    if len(words) == 1 and words[0].lstrip().startswith("{"):
        read = _json_object(words[0])
    else:
        read = _read_words(words, schema)
    _require_json(read)
    return read


def example_input(schema: dict[str, Any]) -> Any:
    """Put together the example that the graph's schema documents.

    Raises BadInput when a required field has none.
    """
    if examples := schema.get("examples"):
        return examples[0]
    if not _takes_keys(schema):
        raise BadInput(f"This graph documents no example. {_ONE_VALUE}")
    fields = schema.get("properties", {})
    example = {
        name: field["examples"][0] for name, field in fields.items() if field.get("examples")
    }
    if missing := [name for name in schema.get("required", []) if name not in example]:
        names = _cut(", ".join(map(str, missing)))
        raise BadInput(f"This graph documents no example of {names}. {_MANNERS}")
    return example


def json_or_text(text: str) -> Any:
    """Return what the text says as JSON, or the text as it stands if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def read_label(words: str) -> tuple[str, Any]:
    """Read `key=value`; a value that is JSON is what it says, anything else is text.

    Raises BadInput when the words are no label.
    """
    key, equals, value = words.partition("=")
    if not key or not equals:
        raise BadInput(f"{words!r} is no label: write KEY=VALUE")
    read = json_or_text(value)
    return key, value if isinstance(read, dict | list) else read


def read_stdin() -> str:
    """Read all of standard input.

    Raises BadInput when it is not UTF-8 text, or cannot be read.
    """
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"Standard input is not UTF-8 text (byte {error.start}): send one JSON object."
        ) from error
    except OSError as error:
        raise BadInput(f"Standard input cannot be read: {error.strerror}.") from error


def _require_json(read: dict[str, Any]) -> None:
    """Refuse what a service would, and what cannot be sent to it, with the place."""
    try:
        require_bounded(read, "input")
    except InvalidInput as refused:
        [problem] = refused.problems
        raise BadInput(f"{_cut(problem['place'])}: {problem['message']}.") from refused
    for place, text in _texts_in(read, "input"):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BadInput(
                f"{_cut(place)}: half a surrogate pair is no character, send both."
            ) from error


def _texts_in(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each text with its place, and the keys, too."""
    match value:
        case str():
            yield place, value
        case dict():
            for key, item in value.items():
                yield f"{place}.{key}", key
                yield from _texts_in(item, f"{place}.{key}")
        case list():
            for number, item in enumerate(value):
                yield from _texts_in(item, f"{place}.{number}")


def _cut(words: str) -> str:
    return shortened(clean_text(words), _LONGEST_SHOWN)


def _read_words(words: Sequence[str], schema: dict[str, Any]) -> dict[str, Any]:
    fields, definitions = _fields_of(schema)
    name, plain = _required_text(schema), _plain_words(words, fields)
    if name is None or not "".join(plain).strip():
        plain = []
    read = dict(_assignment(word, fields, definitions) for word in words if word not in plain)
    if name in read and plain:
        raise BadInput(f"{_cut(name)} is given twice: as {name}=… and as plain text.")
    return read | ({name: " ".join(plain).strip()} if name is not None and plain else {})


def _plain_words(words: Sequence[str], fields: dict[str, Any]) -> list[str]:
    """Return the words that set no field; none where all look like key=value, if misspelt."""
    split = [(word, *word.partition("=")) for word in words]
    if all(equals and name.isidentifier() for _, name, equals, _ in split):
        return []
    return [word for word, name, equals, _ in split if not (equals and name in fields)]


def _required_text(schema: dict[str, Any]) -> str | None:
    """Return the one required field that takes any text; None if there are several, or none."""
    fields, definitions = _fields_of(schema)
    required = _root_of(schema).get("required", [])
    texts = [name for name in required if _takes_any_text(fields.get(name, {}), definitions)]
    return texts[0] if len(texts) == 1 else None


def _fields_of(schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of the input, and the definitions they refer to."""
    return _root_of(schema).get("properties", {}), schema.get("$defs", {})


def _root_of(schema: dict[str, Any]) -> dict[str, Any]:
    return _resolved(schema, schema.get("$defs", {}))


def _resolved(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = field.get("$ref", "").removeprefix("#/$defs/")
    resolved: dict[str, Any] = definitions.get(name, field)
    return resolved


def _takes_keys(schema: dict[str, Any]) -> bool:
    return "properties" in schema or "$ref" in schema or schema.get("type") == "object"


def _are_keys(words: Sequence[str], schema: dict[str, Any]) -> bool:
    """Whether the words are keys for a graph that takes anything."""
    is_open = schema.keys() <= {"title", "description"}
    return is_open and all(word.partition("=")[0].isidentifier() and "=" in word for word in words)


def _one_value(text: str, schema: dict[str, Any]) -> Any:
    return text if _takes_text(schema, schema.get("$defs", {})) else json_or_text(text)


def _require_text(word: str) -> None:
    """The system hands over bytes that are no text as lone surrogates, which JSON cannot hold."""
    try:
        word.encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"{shortened(word, 40)!r} is not UTF-8 text. {_MANNERS}") from error


def _json_object(text: str) -> dict[str, Any]:
    value = _loaded(text, "input")
    if not isinstance(value, dict):
        raise BadInput(f"The input must be a JSON object, not {_cut(text.strip())}")
    return value


def _assignment(word: str, fields: dict[str, Any], definitions: dict[str, Any]) -> tuple[str, Any]:
    name, equals, text = word.partition("=")
    if not (name and equals):
        raise BadInput(f"{_cut(word)!r} is no key=value word. {_MANNERS}")
    if _takes_text(fields.get(name, {}), definitions):
        return name, text
    try:
        return name, _loaded(text, f"input.{name}")
    except _NoJson:
        return name, text


class _NoJson(BadInput):
    """Words are no JSON, and so text."""


def _loaded(text: str, place: str) -> Any:
    """Return what JSON text holds.

    Raises _NoJson when it is none, and BadInput when Python cannot read what it holds.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _NoJson(f"The input is not valid JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        reason = "an integer of more than 4300 digits, send it as a string"
        if isinstance(error, RecursionError):
            reason = "nested deeper than 100 levels"
        raise BadInput(f"{_cut(place)}: {reason}.") from error


def _takes_text(field: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether the field accepts text as it stands, so that `007` stays `007`."""
    field = _resolved(field, definitions)
    choices = field.get("anyOf", []) + field.get("oneOf", [])
    return (
        field.get("type") == "string"
        or any(isinstance(choice, str) for choice in field.get("enum", []))
        or any(_takes_text(choice, definitions) for choice in choices)
    )


def _takes_any_text(field: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether the field accepts text, and not only some words."""
    is_choice = {"enum", "const"} & _resolved(field, definitions).keys()
    return not is_choice and _takes_text(field, definitions)
