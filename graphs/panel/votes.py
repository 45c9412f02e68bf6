"""The count of a vote, by code: a model never says what has won."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from typing_extensions import TypedDict

from graphs.adapters.lines import one_line

Rule = Literal["plurality", "majority", "unanimous"]
"""What wins: more votes than any other option, more than half of those cast, or all of them."""

YES_OR_NO = ["yes", "no", "unclear"]
"""The options of a question that names none."""


class ToolUse(TypedDict):
    """One use of a tool; it has a result or an error."""

    tool: str
    input: str
    result: str | None
    error: str | None


class Ballot(TypedDict):
    """One agent's vote, why it fell so, and what was looked up for it."""

    panelist: str
    choice: str
    reason: str
    tools: list[ToolUse]


@dataclass(frozen=True)
class Count:
    """The votes of each option, in the options' order, and what they decide."""

    votes: dict[str, int]
    rule: Rule
    decision: str | None
    tied: list[str]
    """The options that share the lead, where more than one does; there is then no decision."""

    def __str__(self) -> str:
        """Say in a sentence how the vote ended."""
        most, cast = max(self.votes.values()), sum(self.votes.values())
        share = f"{most} of {cast} votes"
        if self.decision is not None:
            return f'The panel decides "{self.decision}" with {share}.'
        if self.tied:
            named = " and ".join(f'"{option}"' for option in self.tied)
            return f"No decision: {named} are tied with {share} each."
        leader = max(self.votes, key=self.votes.__getitem__)
        return f'No decision: "{leader}" has {share}, and the rule is {self.rule}.'


def options_of(sent: Iterable[str]) -> list[str]:
    """Return the options of a request, each in one line: nodes get them as they were sent."""
    return [one_line(option) for option in sent]


def count(choices: Iterable[str], options: Sequence[str], rule: Rule) -> Count:
    """Count the votes that were cast, each for one of the options."""
    cast = list(choices)
    votes = {option: cast.count(option) for option in options}
    most = max(votes.values())
    leaders = [option for option in votes if votes[option] == most]
    is_decided = len(leaders) == 1 and _is_enough(most, len(cast), rule)
    decision = leaders[0] if is_decided else None
    return Count(votes, rule, decision, tied=leaders if len(leaders) > 1 else [])


def _is_enough(most: int, cast: int, rule: Rule) -> bool:
    match rule:
        case "plurality":
            return True
        case "majority":
            return 2 * most > cast
        case "unanimous":
            return most == cast
