"""Why a branch has no result, in words for whoever reads an answer.

Class names, settings, addresses and what servers said are for the operator: the report and the log
have them.
"""

from collections.abc import Collection

import openai

from graphs.adapters import errors
from graphs.kit import BranchOutcome
from graphs.kit.model.errors import AnswerCutOff, AnswerOutOfShape, AnswerTooLarge, AnswerTooSlow

_BY_KIND: dict[type[Exception], str] = {
    errors.SourceNotConfigured: "it is not set up",
    errors.SourceRefused: "its source refused to answer",
    errors.SourceUnreachable: "its source cannot be reached",
    errors.SourceTimeout: "its source did not answer in time",
    errors.SourceAnswerUnusable: "its source gave no usable answer",
    errors.SourceError: "its source cannot be used",
    errors.AddressRefused: "its address is not a public one",
    openai.APIConnectionError: "the model cannot be reached",
    openai.APITimeoutError: "the model did not answer in time",
    openai.AuthenticationError: "the model refused to answer",
    openai.PermissionDeniedError: "the model refused to answer",
    openai.BadRequestError: "the model refused to answer",
    openai.NotFoundError: "the model refused to answer",
    openai.RateLimitError: "the model is busy",
    openai.InternalServerError: "the model failed",
    AnswerCutOff: "the model's answer was cut off",
    AnswerOutOfShape: "the model gave no usable answer",
    AnswerTooLarge: "the answer was too large",
    AnswerTooSlow: "the answer did not come in time",
}
_BY_NAME = {
    **{kind.__name__: words for kind, words in _BY_KIND.items()},
    **{f"OpenAI{kind.__name__}": words for kind, words in _BY_KIND.items()},
    "OpenAIConnectionError": _BY_KIND[openai.APIConnectionError],
    "OpenAITimeoutError": _BY_KIND[openai.APITimeoutError],
    "OpenAIInvalidRequestError": _BY_KIND[openai.BadRequestError],
    "OpenAIModelNotFoundError": _BY_KIND[openai.NotFoundError],
    "OpenAIAPIError": _BY_KIND[openai.InternalServerError],
}
"""Also as langchain-openai names them, which has classes of its own."""


def why_not(outcome: BranchOutcome, own: Collection[type[Exception]] = ()) -> str | None:
    """Say why a branch has no result of its own, without internals; None where it has one.

    What errors of the kinds in `own` say is written for readers.
    """
    error = outcome["error"]
    if error is None:
        return None
    if error["type"] in ("AttemptTimeout", "DeadlinePassed"):
        return "it took too long"
    if error["type"] in {kind.__name__ for kind in own}:
        return error["message"]
    if outcome["status"] == "cancelled":
        return "it was no longer needed"
    return _BY_NAME.get(error["type"], "it failed")
