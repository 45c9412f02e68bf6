"""`by_branch`: the reducer for what branches write, one dict keyed by branch.

`Annotated[dict[str, T], by_branch]` reads as a plain dict in every node and in the output, in
declaration order and of the latest round only.
"""

from collections.abc import Mapping
from typing import Any

from graphs.kit.state.results import PLAIN, Part, Parts, Results


class ByBranch(Results):
    """The channel behind `by_branch`: tagged parts inside, one plain dict outside."""

    def get(self) -> dict[str, Any]:
        return {key: value for values in self.results() for key, value in values.items()}

    @classmethod
    def values_of(cls, key: str, branch: str, value: Any) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        raise TypeError(
            f"branch {branch!r} wrote {type(value).__name__} to {key!r}, whose reducer "
            f"is by_branch: return {{{key!r}: {{{branch!r}: …}}}}"
        )

    def write_plain(self, parts: Parts, update: Any) -> Parts:
        """Edit in place what branches wrote, or add to what no branch wrote."""
        if not isinstance(update, Mapping):
            raise TypeError(
                f"{self.key!r} has the reducer by_branch, which takes a dict, not "
                f"{type(update).__name__}: return {{{self.key!r}: {{<branch name>: …}}}}"
            )
        merged: Parts = {PLAIN: Part(round="", results={"0": {}})}
        rest = dict(update)
        for owner, part in parts.items():
            results = {
                index: {key: rest.pop(key, value) for key, value in values.items()}
                for index, values in part["results"].items()
            }
            merged[owner] = Part(round=part["round"], results=results)
        merged[PLAIN]["results"]["0"].update(rest)
        return merged


by_branch = ByBranch
