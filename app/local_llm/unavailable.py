"""The one message a person reads when there is no embedded model, whatever the cause."""

from collections.abc import Sequence

from app.errors import ModelUnavailable

WAYS_ON = """\
Two ways on:
  1. use a model server: set OPENAI_API_KEY or OPENAI_BASE_URL (and FANJOIN_MODEL, its name);
  2. put a GGUF file anywhere and set FANJOIN_LOCAL_MODEL=/path/to/file.gguf"""


def model_unavailable(problem: str, reasons: Sequence[str] = ()) -> ModelUnavailable:
    """Make the error for `problem`, with one line per reason and the ways on."""
    return ModelUnavailable("\n".join([problem, *(f"  - {reason}" for reason in reasons), WAYS_ON]))
