"""Submissions for the content gate, good and faulty, and what a model says of them."""

import asyncio
import json
from typing import Any

from pydantic import TypeAdapter

from graphs.content_gate.graph import WALK, GateContext, Input, Output, graph
from tests.graphs.settling import run_watched
from tests.model_answers import Answer, When

DATABASE_SETTING = "FANJOIN_CONTENT_DATABASE_URL"
NOWHERE = "postgresql://me:s3cret@127.0.0.1:9/content"
REFUSED = Answer(status=401)

FORMAT_FAULT: dict[str, Any] = {"kind": "poem"}
DATABASE_FAULT: dict[str, Any] = {"author_id": "bulk-sender"}


def verdict(*harmful: str, delay: float = 0, when: When | None = None) -> Answer:
    text = json.dumps({"about": "it", "worst_words": "", "harmful": harmful})
    return Answer(text=text, delay=delay, when=when)


def request_body(*, fail_fast: bool = False, **changes: Any) -> Any:
    return {"submission": {**WALK.model_dump(), **changes}, "rules": {}, "fail_fast": fail_fast}


def run(
    *,
    fail_fast: bool = False,
    context: GateContext | None = None,
    finished: set[str] | None = None,
    **changes: Any,
) -> Output:
    """Check the walk, changed so; `finished` is given the names of the checks that are done."""
    given = Input.model_validate(request_body(fail_fast=fail_fast, **changes))
    seen = set() if finished is None else finished
    output = asyncio.run(run_watched(graph, given, seen, context=context))
    return TypeAdapter(Output).validate_python(output)


def results(output: Output) -> dict[str, str]:
    return {check.name: check.result for check in output.checks}


def codes(output: Output) -> list[tuple[str, str]]:
    return [(reason.check, reason.code) for reason in output.reasons]
