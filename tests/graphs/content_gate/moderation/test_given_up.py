"""A server whose answer never ends is one that failed."""

import openai
import pytest

from graphs.content_gate.moderation.endpoint import moderate
from tests.graphs.foreign_servers import PAST_BOUNDS, require_failure


@pytest.mark.parametrize("answer", PAST_BOUNDS)
@pytest.mark.usefixtures("misbehaving_server")
def test_an_answer_that_is_given_up_is_a_documented_failure(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_MODERATION_MODEL", answer)

    require_failure(moderate({"body": "hello"}), openai.OpenAIError)
