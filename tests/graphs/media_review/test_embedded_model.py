"""Media review on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_media_review_measures_the_beach_and_says_that_nobody_looked(answer_of: AnswerOf) -> None:
    output = answer_of("media_review")["output"]

    assert output["sentiment_of_text"]["feeling"] == "positive"
    assert output["measured"]["in_words"].startswith("bright, warm")
    assert (output["verdict"], output["judged_by"]) == ("not_judged", "nobody")
    assert "No model looked" in output["notes"][0]
