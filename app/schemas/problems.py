"""The body of every answer that is an error (RFC 9457)."""

from typing import Any

from pydantic import BaseModel, ConfigDict

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong; a failed run adds `run_id`, `branch`, `error_type` and its `report`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


NEEDS_KEY = "A valid key is needed."


def describe_problems(**by_status: str) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI answers for statuses given as `s404="…"`."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {
        int(status.lstrip("s")): {"description": description, "content": content}
        for status, description in by_status.items()
    }
