"""The labels a caller puts on what it makes, to find it again."""

from typing import Annotated

from pydantic import Field

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
