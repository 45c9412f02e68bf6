"""What a graph author needs to fan out and join."""

from graphs.kit.errors import KitError, WidthOutOfBounds
from graphs.kit.fanout import add_fan_out
from graphs.kit.policy.attempts import AttemptTimeout
from graphs.kit.policy.branches import Branch
from graphs.kit.policy.caches import BranchCache
from graphs.kit.policy.conditions import ALL, deadline, decided, first, quorum
from graphs.kit.round.verdicts import QuorumNotMet, RequiredBranchFailed
from graphs.kit.state.by_branch import by_branch
from graphs.kit.state.by_item import by_item
from graphs.kit.state.outcomes import BranchOutcome, outcomes, reason

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
