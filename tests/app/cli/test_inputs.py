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


ONE_TEXT: dict[str, Any] = {
    "properties": {
        "topic": {"type": "string"},
        "size": {"type": "integer"},
        "tone": {"$ref": "#/$defs/Tone"},
    },
    "required": ["topic", "tone", "size"],
    "$defs": {"Tone": {"enum": ["dry"], "type": "string"}},
}


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["solar sails"], {"topic": "solar sails"}),
        (["solar", "sails"], {"topic": "solar sails"}),
        (["12"], {"topic": "12"}),
        (["why is 1 + 1 = 2?"], {"topic": "why is 1 + 1 = 2?"}),
        (["solar", "size=3", "sails"], {"topic": "solar sails", "size": 3}),
        (["solar", "x=1"], {"topic": "solar x=1"}),
        (["from standard input\n"], {"topic": "from standard input"}),
        (["topic=solar sails", "size=3"], {"topic": "solar sails", "size": 3}),
        (["tpoic=solar"], {"tpoic": "solar"}),
        (['{"topic": "solar"}'], {"topic": "solar"}),
    ],
)
def test_plain_words_are_the_one_text_that_is_required(words: list[str], read: object) -> None:
    nested = {"$ref": "#/$defs/Input", "$defs": {**ONE_TEXT["$defs"], "Input": ONE_TEXT}}

    assert parse_input(words, ONE_TEXT) == parse_input(words, nested) == read


@pytest.mark.parametrize("required", [[], ["tone"], ["topic", "title"], ["size"]])
def test_plain_words_are_refused_unless_one_text_is_required(required: list[str]) -> None:
    fields = {**ONE_TEXT["properties"], "title": {"type": "string"}}

    with pytest.raises(BadInput, match="key=value"):
        parse_input(["solar"], {**ONE_TEXT, "properties": fields, "required": required})


@pytest.mark.parametrize("words", [["  "], ["solar", "topic=sails"]])
def test_text_that_is_blank_or_given_twice_is_refused(words: list[str]) -> None:
    with pytest.raises(BadInput):
        parse_input(words, ONE_TEXT)


NO_JSON: list[tuple[str, str]] = [
    ('{"size": NaN}', "input.size: NaN"),
    ('{"tags": [1, {"a": -Infinity}]}', "input.tags.1.a: NaN"),
    ('{"size": 1e999}', "input.size: NaN"),
    ("size=NaN", "input.size: NaN"),
    ("other=[Infinity]", "input.other.0: NaN"),
    ('{"name": "\\ud800"}', "input.name: half a surrogate"),
    ('{"tags": [{"\\udfff": 1}]}', "input.tags.0.?: half a surrogate"),
    ('tags=["\\ud83d x"]', "input.tags.0: half a surrogate"),
    ('{"tags": ' + "[" * 150 + "]" * 150 + "}", "input.tags.0"),
    ('{"tags": ' + "[" * 100_000, "input: nested deeper"),
    ("tags=" + "[" * 100_000, "input.tags: nested deeper"),
    ('{"size": ' + "9" * 5000 + "}", "input: an integer of more than 4300 digits"),
    ("size=" + "9" * 5000, "input.size: an integer of more than 4300 digits"),
    ('{"' + "k" * 100_000 + '": NaN}', "input.k"),
    ("k" * 100_000 + "=NaN", "input.k"),
    ("w" * 100_000, "'www"),
    ("=" + "w" * 100_000, "'=www"),
]


@pytest.mark.parametrize(("word", "said"), NO_JSON)
def test_what_cannot_be_sent_is_bad_input_with_its_place_and_cut(word: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_input([word], SCHEMA)

    assert str(refused.value).startswith(said)
    assert len(str(refused.value)) < 200
    assert refused.value.exit_code == 2


def test_text_that_looks_like_no_number_is_text_where_the_field_takes_it() -> None:
    words = ["name=NaN", "nick=\\ud800", "other=-", 'tags=["\\ud83d\\ude00"]']

    assert list(parse_input(words, SCHEMA).values()) == ["NaN", "\\ud800", "-", ["\U0001f600"]]


def test_json_that_is_no_object_from_stdin_is_refused() -> None:
    with pytest.raises(BadInput, match="key=value"):
        parse_input(["[1, 2]"], SCHEMA)


def test_example_of_the_whole_input_goes_before_those_of_its_fields() -> None:
    fields = {"properties": {"a": {"examples": [1]}}}

    assert example_input(fields) == {"a": 1}
    assert example_input({**fields, "examples": [{"a": 2}]}) == {"a": 2}


def test_graph_without_required_fields_needs_no_example() -> None:
    assert example_input({"properties": {"a": {"default": 1}}}) == {}
