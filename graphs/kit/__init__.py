"""What a graph author needs to fan out and join."""

from graphs.kit.attempts import AttemptTimeout
from graphs.kit.branches import Branch
from graphs.kit.conditions import ALL
from graphs.kit.errors import KitError
from graphs.kit.fanout import add_fan_out
from graphs.kit.join_node import RequiredBranchFailed
from graphs.kit.outcomes import BranchOutcome, outcomes
from graphs.kit.results import by_branch

__all__ = [
    "ALL",
    "AttemptTimeout",
    "Branch",
    "BranchOutcome",
    "KitError",
    "RequiredBranchFailed",
    "add_fan_out",
    "by_branch",
    "outcomes",
]
