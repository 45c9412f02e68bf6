"""What an agent may do next: use one of its tools, or vote; as a shape for the model's answer.

Not as native tool calls: small models, the embedded one among them, write those as prose. A JSON
Schema is enforced by the server, whoever the model is.
"""

from functools import lru_cache, reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, create_model

from graphs.adapters.lines import one_line

LETTERS = "ABCDEF"
"""How the options are told apart, in their order: nobody's words become part of the shape."""


class UseTool(BaseModel):
    """Use a tool before voting."""

    tool: str
    input: str


class Vote(BaseModel):
    """Vote: the reason first, since a model then chooses better."""

    reason: Annotated[str, AfterValidator(one_line)]
    choice: str


class Step(BaseModel):
    """What the agent does next."""

    next: UseTool | Vote


@lru_cache(maxsize=256)
def step_shape(tools: tuple[str, ...], options: int) -> type[Step]:
    """Return the shape of a step: the use of one of the tools, or a vote for one of the options.

    Without tools nothing but the vote is left, with 0 options nothing but the tools. The same
    arguments give the same class, whose schema then need not be made again.
    """
    kinds: list[Any] = []
    if tools:
        kinds.append(create_model("UseTool", __base__=UseTool, tool=(_one_of(tools), ...)))
    if options:
        choice = _one_of(LETTERS[:options])
        kinds.append(create_model("Vote", __base__=Vote, choice=(choice, ...)))
    return create_model("Step", __base__=Step, next=(reduce(or_, kinds), ...))


def _one_of(values: str | tuple[str, ...]) -> Any:
    literal: Any = Literal
    return literal[tuple(values)]
