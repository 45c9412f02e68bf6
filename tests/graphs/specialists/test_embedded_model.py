"""Specialists on the real embedded model: `make test-model`."""

import pytest
from fastapi.testclient import TestClient

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_specialists_are_routed_to_and_named_with_their_words(answer_of: AnswerOf) -> None:
    output = answer_of("specialists")["output"]

    assert {"law", "software"} <= set(output["routed_to"])
    assert [opinion["specialist"] for opinion in output["opinions"]] == output["routed_to"]
    assert all(
        f"{opinion['specialist'].capitalize()}: {opinion['text']}" in output["answer"]
        for opinion in output["opinions"]
    )


def test_specialists_send_an_unroutable_question_back(embedded_service: TestClient) -> None:
    off_topic = {"input": {"question": "What is the tallest mountain in Africa?"}}

    answer = embedded_service.post("/graphs/specialists/invoke", json=off_topic).json()

    assert answer["output"]["routed_to"] == []
    assert answer["output"]["answer"].startswith("Nobody here can answer that.")
