"""Race on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_race_is_won_by_an_answer_that_passes(answer_of: AnswerOf) -> None:
    output = answer_of("race")["output"]

    assert "moon" in output["answer"].lower()
    assert len(output["answer"].split()) <= 60
    (winner,) = [runner for runner in output["runners"] if runner["name"] == output["winner"]]
    assert winner["status"] == "ok"
