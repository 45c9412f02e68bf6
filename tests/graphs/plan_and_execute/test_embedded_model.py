"""Plan and execute on the real embedded model: `make test-model`."""

import pytest

from graphs.adapters.documents.source import SAMPLES_NOTE
from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_plan_and_execute_does_its_tasks_in_waves_and_says_what_it_read(
    answer_of: AnswerOf,
) -> None:
    output = answer_of("plan_and_execute")["output"]

    assert output["waves"] > 1
    assert output["missing"] == []
    assert "search_documents" in [task["tool"] for task in output["tasks"]]
    assert SAMPLES_NOTE in output["answer"]
