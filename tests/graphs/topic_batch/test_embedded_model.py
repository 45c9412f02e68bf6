"""Topic batch on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_topic_batch_tells_of_each_topic_what_it_is(answer_of: AnswerOf) -> None:
    output = answer_of("topic_batch")["output"]

    summaries = {row["topic"]: row["summary"].lower() for row in output["rows"]}
    assert list(summaries) == ["tidal power", "sourdough bread", "honey bees"]
    assert "tid" in summaries["tidal power"]
    assert "bread" in summaries["sourdough bread"]
    assert "bee" in summaries["honey bees"]
