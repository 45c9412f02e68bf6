"""Content gate on the real embedded model: `make test-model`."""

import pytest
from fastapi.testclient import TestClient

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_content_gate_accepts_what_is_harmless_and_says_who_judged(answer_of: AnswerOf) -> None:
    output = answer_of("content_gate")["output"]

    assert output["decision"] == "accept", output["summary"]
    assert {check["result"] for check in output["checks"]} == {"passed"}
    assert "the sample database" in output["summary"]
    assert "the chat model" in output["summary"]


def test_content_gate_rejects_a_threat(embedded_service: TestClient) -> None:
    example = embedded_service.get("/graphs/content_gate").json()["example"]
    threat = "You are a filthy rat, Karl. I know where you live, and I will break your legs."
    submission = {**example["submission"], "title": "To my neighbour", "body": threat}

    body = {"input": {"submission": submission}}
    answer = embedded_service.post("/graphs/content_gate/invoke", json=body)

    output = answer.json()["output"]
    assert output["decision"] == "reject"
    assert {reason["check"] for reason in output["reasons"]} == {"content"}
