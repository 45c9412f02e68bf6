"""The steps of an agent, as a model's answers."""

import json

from tests.model_answers import Answer


def use(tool: str, given: str) -> Answer:
    return Answer(text=json.dumps({"next": {"tool": tool, "input": given}}))


def vote(letter: str = "A", reason: str = "It is so.") -> Answer:
    return Answer(text=json.dumps({"next": {"reason": reason, "choice": letter}}))
