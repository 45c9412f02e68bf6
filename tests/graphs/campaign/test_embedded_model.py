"""Campaign on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_campaign_is_an_email_about_its_product_with_a_drawn_card(answer_of: AnswerOf) -> None:
    output = answer_of("campaign")["output"]

    assert "light" in output["text"].lower()
    assert len(output["subject"]) <= 78
    assert output["image"]["kind"] == "card"
    assert [missing["part"] for missing in output["missing"]] == ["image"]
