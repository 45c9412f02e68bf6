"""Findings: what sources say, each told once, however many of them say it."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from typing_extensions import TypedDict

_ALIKE = 0.8
"""How much of their words two statements share to be one; order does not count."""

_DENIALS = frozenset({"no", "not", "never", "none", "nor", "without", "cannot", "n't"})


class Finding(TypedDict):
    """One statement, and where it was read; plain JSON, for it travels in graph state."""

    statement: str
    title: str
    url: str
    source: str


def merge(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return the findings in groups that say the same, in the order they were first said.

    Two statements with different numbers, or of which one denies, are never the same.
    """
    groups: list[list[Finding]] = []
    for finding in findings:
        for group in groups:
            if say_the_same(group[0]["statement"], finding["statement"]):
                group.append(finding)
                break
        else:
            groups.append([finding])
    return groups


def say_the_same(one: str, other: str) -> bool:
    """Whether two statements differ in little but the order and form of their words."""
    first, second = _words(one), _words(other)
    if _telling(first) != _telling(second):
        return False
    matcher = SequenceMatcher(None, sorted(first), sorted(second), autojunk=False)
    return matcher.ratio() >= _ALIKE


def _words(statement: str) -> list[str]:
    """Split into words without their plural s; `isn't` is two words, `1.5` and `1,500` are one."""
    parts = re.findall(r"\d+(?:[.,]\d+)*|n't\b|\w+?(?=n't\b)|\w+", statement.lower())
    return [part.removesuffix("s") if len(part) > 3 else part for part in parts]


def _telling(words: list[str]) -> set[str]:
    return {word for word in words if word in _DENIALS or word[0].isdigit()}
