"""The schema beside a question: which are usable, and which answers fit them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.graphs.contracts.answer_schema import misfits, schema_beside, why_no_schema

TREE: dict[str, Any] = {
    "$defs": {
        "Node": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 2, "maxLength": 5},
                "inner": {"type": "array", "items": {"$ref": "#/$defs/Node"}, "maxItems": 2},
            },
        }
    },
    "$ref": "#/$defs/Node",
}
SCHEMAS: list[dict[str, Any]] = [
    {},
    {"enum": ["publish", "reject", 1]},
    {"const": True},
    {"type": ["integer", "null"], "minimum": 1, "exclusiveMaximum": 3},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 2.5},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 1},
    {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]},
    {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]},
    {"allOf": [{"type": "object"}, {"required": ["name"]}]},
    {"properties": {"name": False}, "additionalProperties": {"type": "string"}},
    TREE,
]
ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([1.0, 1.5, "", "publish"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "inner", "other"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("schema", SCHEMAS)
@given(answer=ANSWERS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_fits_where_the_standard_says_so(schema: dict[str, Any], answer: Any) -> None:
    assert why_no_schema(schema) is None
    assert (not misfits(schema, answer)) == Draft202012Validator(schema).is_valid(answer)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "text"}, "schema.type names no type"),
        ({"type": []}, "schema.type names no type"),
        ({"properties": {"a": {"type": 1}}}, "schema.properties.a.type names no type"),
        ({"properties": []}, "schema.properties is no schema"),
        ({"items": "x"}, "schema.items is no schema"),
        ({"anyOf": []}, "schema.anyOf.0 is no schema"),
        ({"enum": "a"}, "schema.enum is no list of values"),
        ({"required": [1]}, "schema.required is no list of keys"),
        ({"minLength": -1}, "schema.minLength is no count"),
        ({"maximum": "9"}, "schema.maximum is no number"),
        ({"$ref": "https://example.com/x"}, "schema.$ref leads nowhere"),
        ({"description": "x" * 20_000}, "more than 16384"),
    ],
)
def test_what_is_no_schema_says_where(schema: dict[str, Any], reason: str) -> None:
    assert reason in (why_no_schema(schema) or "")


def test_places_lead_into_the_answer() -> None:
    wrong = misfits(TREE, {"name": "root", "inner": [{"name": "x", "other": 1}, {}]})

    assert [place for place, _, _ in wrong] == [
        ("inner", 0, "name"),
        ("inner", 0, "other"),
        ("inner", 1, "name"),
    ]


def test_references_in_a_circle_and_alternatives_without_end_come_to_an_end() -> None:
    twice = [{"properties": {"a": {"$ref": "#"}}, "required": ["b"]}] * 2
    deep: dict[str, Any] = {"b": 1}
    for _ in range(90):
        deep = {"a": deep, "b": 1}

    assert misfits({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, 1) == []
    assert misfits({"anyOf": twice}, deep) == []


@pytest.mark.parametrize(
    "value",
    ["yes?", {"question": "?"}, {"schema": {}}, {"question": "?", "schema": "x"}, [1], None],
)
def test_a_question_without_a_schema_brings_none(value: Any) -> None:
    assert schema_beside(value) is None
