"""Counts calls by name over the runs of this process: the first fails, the next one works."""

from collections import Counter

_CALLS: Counter[str] = Counter()


def call(who: str) -> int:
    _CALLS[who] += 1
    return _CALLS[who]


def call_flaky(who: str) -> int:
    times = call(who)
    if times == 1:
        raise ConnectionError(f"{who} was away")
    return times
