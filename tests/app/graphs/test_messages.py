"""What is published of messages, held against what is taken."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from app.graphs.messages import message_type

MESSAGES: TypeAdapter[Any] = TypeAdapter(message_type("many"))

PARTS = [{"type": "text", "text": "What is a tide?"}]


@pytest.mark.parametrize(
    "sent",
    [
        "What is a tide?",
        ["user", "What is a tide?"],
        [["user", "What is a tide?"], ["ai", PARTS]],
        {"role": "user", "content": PARTS},
        [{"type": "ai", "content": "", "tool_calls": []}],
    ],
)
def test_published_schema_accepts_what_is_taken(sent: Any) -> None:
    MESSAGES.validate_python(sent)

    assert Draft202012Validator(MESSAGES.json_schema()).is_valid(sent)


@pytest.mark.parametrize(
    "sent", [None, 5, [None], [["user", None]], [["user", 5]], [{"role": "user"}]]
)
def test_published_schema_refuses_what_is_not_taken(sent: Any) -> None:
    with pytest.raises(ValidationError):
        MESSAGES.validate_python(sent)

    assert not Draft202012Validator(MESSAGES.json_schema()).is_valid(sent)
