"""Fields that bodies of several routes share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_TEXT = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: PostgreSQL keeps no NUL, and an index entry has a bound in bytes."""

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


class JsonBody(BaseModel):
    """A body, or a part of one: JSON has types, so `true` and `"5"` are no numbers."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CheckpointParam(JsonBody):
    """A checkpoint of the thread that the address names."""

    thread_id: str | None = Field(default=None, description="The same as in the address.")
    checkpoint_ns: _Namespace = Field(default="", description="Of a sub-graph; empty at the top.")
    checkpoint_id: Name | None = Field(default=None, description="The latest where it is null.")
    checkpoint_map: dict[_Namespace, Name] | None = None
