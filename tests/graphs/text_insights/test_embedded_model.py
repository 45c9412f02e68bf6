"""Text insights on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_text_insights_reads_every_segment_and_tells_praise_from_blame(
    answer_of: AnswerOf,
) -> None:
    output = answer_of("text_insights")["output"]

    assert len(output["segments"]) > 1
    assert all(segment["keywords"] for segment in output["segments"])
    assert {"positive", "negative"} <= {segment["sentiment"] for segment in output["segments"]}
