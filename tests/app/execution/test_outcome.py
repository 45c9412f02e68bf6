"""What a run that failed says, whatever its error is."""

from typing import Any

import pytest

from app.execution.outcome import conclude
from app.graphs.shape import Shape
from app.redaction import redactor
from app.report.recorder import Recorder
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus


class Unreadable(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NotesOfNumbers(Exception):
    __notes__ = [1, None]  # type: ignore[list-item]  # noqa: RUF012  # as no author should


class OutcomesOfItsOwn(Exception):
    """The kit's errors have an attribute of this name, too."""

    outcomes = {"pump": "broken"}  # noqa: RUF012  # as the kit has it


class OutcomesThatRaise(Exception):
    @property
    def outcomes(self) -> Any:
        raise SystemExit(4)


@pytest.mark.parametrize("kind", [Unreadable, NotesOfNumbers, OutcomesOfItsOwn, OutcomesThatRaise])
def test_an_error_that_cannot_be_read_ends_its_run_all_the_same(kind: type[Exception]) -> None:
    recorder = Recorder(Shape({}, [], []), {}, redactor([]), lambda *_: None)
    error = kind("the reason")
    recorder.finish("node:1", None, error, is_interrupted=False)

    ended = conclude(Run("a_graph", RunRequest()), recorder, error, timeout=None)

    assert ended.status is RunStatus.ERROR
    assert ended.failure is not None
    assert (ended.failure.type, ended.failure.branch) == (kind.__name__, "node")
    assert ended.report["branches"][0]["error"]["type"] == kind.__name__
