"""What the tests' model server answers as a moderation endpoint: all is well, unless told so."""

import json
from collections.abc import Sequence
from typing import Any

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""Those of OpenAI's moderation endpoint, as in `openai.types.moderation` of openai 3.54."""


def asks_for_moderation(body: dict[str, Any]) -> bool:
    return "input" in body


def moderation_prompt(body: dict[str, Any]) -> str:
    """Return the texts to judge, by which a test knows the request."""
    return "\n".join(body["input"])


def moderation_body(body: dict[str, Any], text: str | None) -> dict[str, Any]:
    """Return the whole answer; `text` is its results in JSON, as `flagging` writes them."""
    results = json.loads(text or flagging(*[[] for _ in body["input"]]))
    return {"id": "modr-1", "model": body["model"], "results": results}


def flagging(*categories: Sequence[str]) -> str:
    """Return the results that flag each text in turn for these categories."""
    return json.dumps([_result(flagged) for flagged in categories])


def _result(flagged: Sequence[str]) -> dict[str, Any]:
    return {
        "flagged": bool(flagged),
        "categories": {name: name in flagged for name in CATEGORIES},
        "category_scores": {name: 0.9 if name in flagged else 0.01 for name in CATEGORIES},
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }
