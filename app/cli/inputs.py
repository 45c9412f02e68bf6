"""The INPUT words of `fanjoin run` made into the input of a graph."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from app.cli.errors import BadInput

_MANNERS = "Give key=value words, one JSON object, or - for JSON on stdin."


def parse_input(words: Sequence[str], schema: dict[str, Any]) -> dict[str, Any]:
    """Read one JSON object, or key=value words whose values the schema's types decide.

    Raises BadInput when the words are neither.
    """
    for word in words:
        _require_text(word)
    if len(words) == 1 and words[0].lstrip().startswith("{"):
        return _json_object(words[0])
    fields = schema.get("properties", {})
    return dict(_assignment(word, fields, schema) for word in words)


def example_input(schema: dict[str, Any]) -> dict[str, Any]:
    """Put together the example that the graph's schema documents.

    Raises BadInput when a required field has none.
    """
    if examples := schema.get("examples"):
        return dict(examples[0])
    fields = schema.get("properties", {})
    example = {
        name: field["examples"][0] for name, field in fields.items() if field.get("examples")
    }
    if missing := [name for name in schema.get("required", []) if name not in example]:
        raise BadInput(f"This graph documents no example of {', '.join(missing)}. {_MANNERS}")
    return example


def json_or_text(text: str) -> Any:
    """Return what the text says as JSON, or the text as it stands if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


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


def _require_text(word: str) -> None:
    """The system hands over bytes that are no text as lone surrogates, which JSON cannot hold."""
    try:
        word.encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"{word[:40]!r} is not UTF-8 text. {_MANNERS}") from error


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadInput(f"The input is not valid JSON: {error}") from error
    except RecursionError as error:
        raise BadInput("The input is nested too deep: a service takes 100 levels.") from error
    if not isinstance(value, dict):
        raise BadInput(f"The input must be a JSON object, not {text.strip()[:40]}")
    return value


def _assignment(word: str, fields: dict[str, Any], schema: dict[str, Any]) -> tuple[str, Any]:
    name, equals, text = word.partition("=")
    if not (name and equals):
        raise BadInput(f"{word!r} is no key=value word. {_MANNERS}")
    if _takes_text(fields.get(name, {}), schema.get("$defs", {})):
        return name, text
    return name, json_or_text(text)


def _takes_text(field: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether the field accepts any text as it stands, so that `007` stays `007`."""
    reference = field.get("$ref", "").removeprefix("#/$defs/")
    field = definitions.get(reference, field)
    choices = field.get("anyOf", []) + field.get("oneOf", [])
    return (
        field.get("type") == "string"
        or any(isinstance(choice, str) for choice in field.get("enum", []))
        or any(_takes_text(choice, definitions) for choice in choices)
    )
