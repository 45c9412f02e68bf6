"""Tallies: in how many groups each word was found."""

from collections import Counter
from collections.abc import Iterable


def tally(groups: Iterable[Iterable[str]], *, top: int | None = None) -> dict[str, int]:
    """Return in how many groups each word occurs, the most frequent first, at most `top` of them.

    Upper and lower case are one word, spelled as it first came; in a group it counts once.
    """
    spelled: dict[str, str] = {}
    times: Counter[str] = Counter()
    for group in groups:
        words: dict[str, str] = {}
        for word in group:
            words.setdefault(word.casefold(), word)
        times.update(words.keys())
        spelled = words | spelled
    return {spelled[word]: count for word, count in times.most_common(top)}
