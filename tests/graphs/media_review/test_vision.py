"""The vision model on a real loopback: what it is sent, and what becomes of its answer."""

import asyncio
import json

import pytest
from openai import AuthenticationError

from graphs.adapters.errors import SourceNotConfigured
from graphs.kit.model.errors import AnswerOutOfShape
from graphs.media_review.vision import Sight, is_configured, look_at
from tests.model_answers import Answer
from tests.model_server import ModelServer

BEACH = Sight(shows="A beach.", mood=["calm"], feeling="positive", words=["ICE"])


@pytest.fixture
def vision(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    monkeypatch.setenv("FANJOIN_VISION_MODEL", "a-seeing-model")
    return model_server


def looked() -> Sight:
    return asyncio.run(look_at("aGk=", temperature=0.3))


def test_the_model_is_sent_the_image_once_with_little_detail_and_bounds(
    vision: ModelServer,
) -> None:
    vision.answer(Answer(text=BEACH.model_dump_json()))

    assert looked() == BEACH

    (call,) = vision.calls
    image = {"url": "data:image/jpeg;base64,aGk=", "detail": "low"}
    assert call.body["messages"][-1]["content"][-1] == {"type": "image_url", "image_url": image}
    assert json.dumps(call.body).count("aGk=") == 1
    assert (call.body["model"], call.body["temperature"]) == ("a-seeing-model", 0.3)
    assert call.body["max_tokens"] <= 300
    assert call.body["response_format"]["type"] == "json_schema"


def test_a_model_that_sees_nothing_is_its_branch_s_error(vision: ModelServer) -> None:
    vision.answer(Answer(text="I cannot see images."))

    with pytest.raises(AnswerOutOfShape):
        looked()


def test_a_model_that_refuses_is_its_branch_s_error(vision: ModelServer) -> None:
    vision.answer(Answer(status=401))

    with pytest.raises(AuthenticationError):
        looked()


def test_without_a_model_nobody_looks(model_server: ModelServer) -> None:
    assert not is_configured()
    with pytest.raises(SourceNotConfigured, match="set FANJOIN_VISION_MODEL"):
        looked()
