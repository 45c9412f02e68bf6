import asyncio

import pytest

from graphs.kit.model.models import chat_model
from graphs.trip_plan.teller import HourNotInPlan, tell
from tests.model_answers import Answer
from tests.model_server import ModelServer

PLAN = "Fri 5 Mar: 09:10 flight XY 12 from OSL, land in PRG at 11:05"


def written() -> str:
    return asyncio.run(tell(chat_model(max_tokens=50), PLAN))


@pytest.mark.parametrize("words", ["You fly at 09:10.", "You fly at 9:10, land at 11:05.", "Fly!"])
def test_words_with_the_hours_of_the_plan_are_taken(words: str, model_server: ModelServer) -> None:
    model_server.answer(Answer(text=words))

    assert written() == words


@pytest.mark.parametrize("words", ["You fly at 09:11.", "You land at 11:05 and dine at 19:30."])
def test_words_with_an_hour_of_their_own_are_not(words: str, model_server: ModelServer) -> None:
    model_server.answer(Answer(text=words))

    with pytest.raises(HourNotInPlan, match=r"9:11|19:30"):
        written()


def test_the_plan_is_quoted(model_server: ModelServer) -> None:
    written()

    (call,) = model_server.calls
    assert f"<plan>{PLAN}</plan>" in call.prompt
