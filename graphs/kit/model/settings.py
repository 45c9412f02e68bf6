"""What the kit reads from the environment: where the chat model is.

Read anew for every model that is asked for, since the environment is all a graph has under Studio;
a plain dataclass, because pydantic-settings takes a quarter of a millisecond each time.
"""

import os
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class ModelSettings:
    """Where the chat model is; an empty variable counts as unset."""

    api_key: str | None = field(default=None, repr=False)
    """`OPENAI_API_KEY`; many local servers need none."""

    base_url: str | None = None
    """`OPENAI_BASE_URL`: any OpenAI-compatible server; OpenAI itself when unset."""

    model: str | None = None
    """`FANJOIN_MODEL`: the model's name as its server knows it."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(
            api_key=os.environ.get("OPENAI_API_KEY") or None,
            base_url=os.environ.get("OPENAI_BASE_URL") or None,
            model=os.environ.get("FANJOIN_MODEL") or None,
        )
