"""Fields that bodies of several routes share."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticKnownError

_TEXT = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: PostgreSQL keeps no NUL, and an index entry has a bound in bytes."""


def few(most: int) -> BeforeValidator:
    """Return a check of a dict's size before its items: each of 80,000 would be an error."""

    def require_few(value: Any) -> Any:
        if isinstance(value, dict) and (size := len(value)) > most:
            sizes = {"field_type": "Dictionary", "max_length": most, "actual_length": size}
            raise PydanticKnownError("too_long", sizes)
        return value

    return BeforeValidator(require_few)


Scalar = (
    Annotated[str, Field(max_length=512, pattern=_TEXT)]
    | bool
    | Annotated[int, Field(ge=-(2**63), lt=2**63)]
    | Annotated[float, Field(allow_inf_nan=False)]
    | None
)

Metadata = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=64, pattern=_TEXT)], Scalar],
    Field(max_length=16),
    few(16),
]
"""Flat: what is inside a value could not be searched."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A name a caller may choose, or an id of a checkpoint."""

ThreadId = Annotated[
    str, StringConstraints(min_length=1, max_length=768, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""An id of a thread that may exist: what a new one may be called is checked where it is created."""

_Namespace = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _require_text(value: Any) -> Any:
    if not isinstance(value, str):
        message = "a moment is a string in ISO 8601, with its zone"
        raise ValueError(message)  # noqa: TRY004  # pydantic turns no TypeError into a 422
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the moment is out of range") from error


MomentText = Annotated[
    AwareDatetime, Field(strict=False), BeforeValidator(_require_text), AfterValidator(_in_utc)
]
"""With its zone: without one it would be another moment in each place."""


class JsonBody(BaseModel):
    """A body, or a part of one: JSON has types, so `true` and `"5"` are no numbers."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CheckpointParam(JsonBody):
    """A checkpoint of the thread that the address names."""

    thread_id: str | None = Field(default=None, description="The same as in the address.")
    checkpoint_ns: _Namespace = Field(default="", description="Of a sub-graph; empty at the top.")
    checkpoint_id: Name | None = Field(default=None, description="The latest where it is null.")
    checkpoint_map: dict[_Namespace, Name] | None = None
