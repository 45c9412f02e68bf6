"""What a test tells a server to answer, and whether anybody asked for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass
class Rule(Generic[Answer]):
    """An answer waiting for the requests that its server knows by `mark`; `times` None: for all."""

    answer: Answer
    mark: str
    times: int | None
    may_be_unused: bool
    was_used: bool = False


class Script(list[Rule[Answer]]):
    """The rules of one test; the first that fits a request answers it."""

    def take(self, fits: Callable[[str], bool]) -> Answer | None:
        """Use up the first answer left whose mark fits."""
        for rule in self:
            if rule.times != 0 and fits(rule.mark):
                rule.was_used = True
                if rule.times is not None:
                    rule.times -= 1
                return rule.answer
        return None

    def require_use(self, *, requests: int) -> None:
        """Fail when an answer was never given: the test proved something else."""
        unused = [rule for rule in self if not (rule.was_used or rule.may_be_unused)]
        assert not unused, f"nobody asked for {unused}; there were {requests} requests"
