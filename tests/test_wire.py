"""The wire's schemas are valid, listed, and held against both sides."""

import re

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.wire import FOLDER, NAMES, schema

KIT, SERVICE = "tests/graphs/kit/test_wire.py", "tests/app/graphs/test_wire.py"


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_a_valid_one_of_draft_2020_12(name: str) -> None:
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("side", [KIT, SERVICE])
def test_each_side_is_tested_against_every_schema(side: str) -> None:
    used = set(re.findall(r'\b(?:check|instances_of)\("(\w+)"', (ROOT / side).read_text()))

    assert used == set(NAMES)


def test_the_readme_lists_every_schema() -> None:
    listed = re.findall(r"^\| \[(\w+)\.json\]", (FOLDER / "README.md").read_text(), re.MULTILINE)

    assert sorted(listed) == NAMES
