"""`as_json` over mappings whose keys are no text."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.errors import AmbiguousKeys
from app.plain_json import as_json
from tests.app.plain_json.values import Level, Number, Word


@pytest.mark.parametrize(
    ("keys", "texts"),
    [
        ([1, 2], ["1", "2"]),
        ([True, None, 1.5], ["true", "null", "1.5"]),
        ([date(2026, 1, 1), Level.LOW, Number.ONE], ["2026-01-01", "low", "1"]),
        ([(1, "a"), UUID(int=0), b"\xff"], ["1,a", str(UUID(int=0)), "/w=="]),
    ],
)
def test_keys_are_json_text(keys: list[Any], texts: list[str]) -> None:
    assert as_json(dict.fromkeys(keys, 1)) == dict.fromkeys(texts, 1)


@pytest.mark.parametrize(
    ("one", "other"), [(1, "1"), (True, "true"), (Word.YES, ("yes",)), ("\ud800", "\ud801")]
)
def test_keys_that_would_become_one_are_refused_with_their_place(one: Any, other: Any) -> None:
    with pytest.raises(AmbiguousKeys) as caught:
        as_json({"scores": [{"by": {one: 1, other: 2}}]})

    assert str(caught.value).startswith("scores.0.by: the keys ")
    assert isinstance(caught.value, ValueError)
