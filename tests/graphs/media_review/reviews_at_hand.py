"""Reviews at hand: what the tests of `media_review` send, script and look for."""

import json

from pydantic import TypeAdapter

from graphs.kit.model.contexts import ModelContext
from graphs.media_review.graph import BEACH, EVENING, Output, graph
from tests.graphs.sending import sent
from tests.model_answers import Answer

READER = "You read a text"
VIEWER = "You describe an image"
EDITOR = "You check whether an image fits"


def feels(feeling: str) -> Answer:
    sight = {"subject": "an evening", "mood": ["calm"], "feeling": feeling}
    return Answer(text=json.dumps(sight))


def sees(feeling: str, shows: str = "A beach.") -> Answer:
    seen = {"shows": shows, "mood": ["calm"], "feeling": feeling, "words": []}
    return Answer(text=json.dumps(seen))


def rules(verdict: str) -> Answer:
    return Answer(text=json.dumps({"reason": "So it is.", "verdict": verdict}))


async def run(
    text: str = EVENING, image: str = BEACH, context: ModelContext | None = None
) -> Output:
    result = await graph.ainvoke(sent(text=text, image=image), context=context)
    return TypeAdapter(Output).validate_python(result)
