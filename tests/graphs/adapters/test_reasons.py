"""What readers of an answer learn of a branch that has no result: no internals."""

import openai
import pytest
from langchain_openai.chat_models import base

from graphs.adapters import errors
from graphs.adapters.reasons import why_not
from graphs.kit import BranchOutcome
from graphs.kit.state.outcomes import Status


def outcome(kind: str, message: str = "", status: Status = "failed") -> BranchOutcome:
    error = {"type": kind, "message": message or "check FANJOIN_URL, [Errno 111] 10.0.0.7"}
    return BranchOutcome(status=status, required=False, attempts=1, error=error)  # type: ignore[typeddict-item]  # a dict of two texts


KINDS = [
    kind.__name__
    for module in (errors, base)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, errors.SourceError | openai.APIError)
]


@pytest.mark.parametrize("kind", [*KINDS, "AttemptTimeout", "KeyError"])
def test_no_internals_are_said(kind: str) -> None:
    why = why_not(outcome(kind))

    assert why is not None
    assert not any(word in why for word in ("FANJOIN", "Errno", "10.0.0.7", kind))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "Context" not in kind])
def test_every_known_failure_has_words_of_its_own(kind: str) -> None:
    assert kind == "APIError" or why_not(outcome(kind)) != "it failed"


def test_errors_that_are_written_for_readers_speak_for_themselves() -> None:
    class NotPassed(Exception):
        pass

    assert why_not(outcome("NotPassed", "too long"), own=[NotPassed]) == "too long"


def test_a_branch_with_a_result_has_no_reason() -> None:
    assert why_not(BranchOutcome(status="ok", required=True, attempts=1, error=None)) is None
