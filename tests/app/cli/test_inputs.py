"""The INPUT words and the schema's example."""

from typing import Any

import pytest

from app.cli.errors import BadInput
from app.cli.inputs import example_input, parse_input

SCHEMA: dict[str, Any] = {
    "properties": {
        "name": {"type": "string"},
        "nick": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "size": {"type": "integer"},
        "tone": {"$ref": "#/$defs/Tone"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "$defs": {"Tone": {"enum": ["1", "2"], "type": "string"}},
}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("name=12", "12"),
        ("name=a=b", "a=b"),
        ("name=", ""),
        ("nick=null", "null"),
        ("tone=1", "1"),
        ("size=12", 12),
        ("size=many", "many"),
        ('tags=["a", "b"]', ["a", "b"]),
        ("other=true", True),
        ("other=plain words", "plain words"),
    ],
)
def test_type_of_the_field_decides_what_a_word_means(word: str, value: object) -> None:
    assert list(parse_input([word], SCHEMA).values()) == [value]


@pytest.mark.parametrize("words", [["tides"], ["=tides"], ["{tides"], ['{"a": 1}', "{}"]])
def test_words_that_are_no_input_are_refused(words: list[str]) -> None:
    with pytest.raises(BadInput):
        parse_input(words, SCHEMA)


def test_json_that_is_no_object_from_stdin_is_refused() -> None:
    with pytest.raises(BadInput, match="key=value"):
        parse_input(["[1, 2]"], SCHEMA)


def test_example_of_the_whole_input_goes_before_those_of_its_fields() -> None:
    fields = {"properties": {"a": {"examples": [1]}}}

    assert example_input(fields) == {"a": 1}
    assert example_input({**fields, "examples": [{"a": 2}]}) == {"a": 2}


def test_graph_without_required_fields_needs_no_example() -> None:
    assert example_input({"properties": {"a": {"default": 1}}}) == {}
