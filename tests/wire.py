"""The schemas of docs/wire, for the tests of both sides."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "wire"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def schema(name: str) -> dict[str, Any]:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check(name: str, value: Any) -> None:
    """Raise ValidationError where a value does not fit the schema."""
    Draft202012Validator(schema(name)).validate(value)
