"""Whether a settled round lets its join run, and what is raised when it does not."""

from collections.abc import Mapping
from itertools import islice

from graphs.kit.policy.conditions import Condition
from graphs.kit.state.outcomes import BranchOutcome, has_result

_MOST_CAUSES = 5
"""More branches than this are counted, not named."""


class JoinRefused(Exception):
    """A round does not let its join run; `outcomes` holds the branches concerned."""

    def __init__(self, join: str, reason: str, outcomes: Mapping[str, BranchOutcome]) -> None:
        self.join = join
        self.outcomes = dict(outcomes)
        super().__init__(f"{join!r} did not run: {reason}")


class RequiredBranchFailed(JoinRefused):
    """A branch the join cannot do without has no result."""


class QuorumNotMet(JoinRefused):
    """Fewer branches than the quorum have a result."""


def check_round(join: str, until: Condition, outcomes: Mapping[str, BranchOutcome]) -> None:
    """Raise what keeps the join from running, if anything does; a skipped branch never does.

    Raises:
        RequiredBranchFailed: a required branch failed or was cut off.
        QuorumNotMet: too few branches have a result, and no required one is to blame.
    """
    without = {
        name: outcome
        for name, outcome in outcomes.items()
        if not has_result(outcome) and outcome["status"] != "skipped"
    }
    lacking = {name: outcome for name, outcome in without.items() if outcome["required"]}
    shortfall = until.shortfall(outcomes)
    if shortfall is not None and not _own_failures(lacking):
        why = _name_causes(_own_failures(without))
        raise QuorumNotMet(join, f"{shortfall}: {why}" if why else shortfall, without)
    if lacking:
        raise RequiredBranchFailed(join, _name_causes(_own_failures(lacking) or lacking), lacking)


def _own_failures(outcomes: Mapping[str, BranchOutcome]) -> Mapping[str, BranchOutcome]:
    """Leave out the branches that were cancelled on account of others."""
    return {name: o for name, o in outcomes.items() if o["status"] != "cancelled"}


def _name_causes(causes: Mapping[str, BranchOutcome]) -> str:
    named = [_name_cause(name, outcome) for name, outcome in islice(causes.items(), _MOST_CAUSES)]
    if len(causes) > _MOST_CAUSES:
        named.append(f"and {len(causes) - _MOST_CAUSES} more")
    return "; ".join(named)


def _name_cause(name: str, outcome: BranchOutcome) -> str:
    kind = "required branch" if outcome["required"] else "branch"
    cause = f"{kind} {name!r} ended as {outcome['status']}"
    error = outcome["error"]
    return cause if error is None else f"{cause} ({error['type']}: {error['message']})"
