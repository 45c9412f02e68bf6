"""A brief, what a model makes of it, and a run of the graph."""

import json
from typing import Any

from pydantic import TypeAdapter

from graphs.campaign.graph import Output, graph
from graphs.kit.model.contexts import ModelContext
from tests.graphs.sending import sent
from tests.model_answers import Answer
from tests.model_server import ModelServer

SUBJECTS = "Write four subject lines"

BODY = "Write the email"

PHOTOGRAPH = "advertising photograph"

LINES = ["Light for the way home", "Never dark again", "Dusk? Lit."]

WORDS = {
    "preheader": "It lights up by itself.",
    "headline": "Home in your own light",
    "paragraphs": ["The days are short.", "Halo lights up by itself."],
}


def wanted(**changed: Any) -> dict[str, Any]:
    points = ["It lights up by itself", "One charge lasts a month"]
    whole = {
        "product": "Halo",
        "audience": "cyclists",
        "points": points,
        "url": "https://h.example",
    }
    return whole | changed


def write_well(server: ModelServer) -> None:
    server.answer(Answer(text=json.dumps({"subjects": LINES})), prompt=SUBJECTS)
    server.answer(Answer(text=json.dumps(WORDS)), prompt=BODY)


async def run(context: ModelContext | None = None, **changed: Any) -> Output:
    result = await graph.ainvoke(sent(**wanted(**changed)), context=context)
    return TypeAdapter(Output).validate_python(result)
