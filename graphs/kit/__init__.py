"""What a graph author needs to fan out and join."""

from graphs.kit.attempts import AttemptTimeout
from graphs.kit.branches import Branch
from graphs.kit.by_branch import by_branch
from graphs.kit.by_item import by_item
from graphs.kit.caches import BranchCache
from graphs.kit.conditions import ALL, deadline, decided, first, quorum
from graphs.kit.errors import KitError, WidthOutOfBounds
from graphs.kit.fanout import add_fan_out
from graphs.kit.outcomes import BranchOutcome, outcomes, reason
from graphs.kit.verdicts import QuorumNotMet, RequiredBranchFailed

__all__ = [
    "ALL",
    "AttemptTimeout",
    "Branch",
    "BranchCache",
    "BranchOutcome",
    "KitError",
    "QuorumNotMet",
    "RequiredBranchFailed",
    "WidthOutOfBounds",
    "add_fan_out",
    "by_branch",
    "by_item",
    "deadline",
    "decided",
    "first",
    "outcomes",
    "quorum",
    "reason",
]
