"""Trip plan on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_trip_plan_reckons_with_samples_and_says_so(answer_of: AnswerOf) -> None:
    output = answer_of("trip_plan")["output"]

    assert output["chosen"]["hotel"]["source"] == "sample"
    assert (
        f"It costs {output['chosen']['total']['amount']} EUR of the 900.00" in output["itinerary"]
    )
    assert "sample data, made up" in output["itinerary"]
    assert [missing["what"] for missing in output["missing"]] == ["weather"]
