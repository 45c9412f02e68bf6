"""What statistics count of a run's rows, however large its report is."""

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from app.plain_json import clean_text, shortened
from app.report.rows import Row

_MOST_ROWS = 10_000
"""Of a run: storing them delays the ends of other runs."""

_LONGEST_NAME = 255

_MOST_ATTEMPTS = 2**31 - 1

_MOST_TOKENS = 2**40


def counted(rows: Sequence[Row], critical: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield what the database stores of rows: the first 10,000.

    `critical` are the ids of the critical path. What a graph reports is not trusted to be a number
    that a column takes.
    """
    path = frozenset(critical)
    for number, row in enumerate(islice(rows, _MOST_ROWS)):
        yield {
            "number": number,
            "branch": branch_name(row.path),
            "status": str(row.status),
            "queued_ms": _finite(row.queued_ms) or 0.0,
            "duration_ms": _finite(row.duration_ms) or 0.0,
            "attempts": _whole(row.attempts, _MOST_ATTEMPTS) or 0,
            "tokens_in": _whole(row.usage.input, _MOST_TOKENS),
            "tokens_out": _whole(row.usage.output, _MOST_TOKENS),
            "cost_usd": _finite(row.usage.cost_usd),
            "is_critical": row.id in path,
        }


def branch_name(path: Sequence[str]) -> str:
    """Return a path as statistics group by it: PostgreSQL keeps no NUL, and an index has a bound.

    Repeats and items of one node have one name.
    """
    return shortened(clean_text("/".join(path)).replace("\0", "?"), _LONGEST_NAME)


def _whole(value: Any, most: int) -> int | None:
    return max(0, min(value, most)) if isinstance(value, int) else None


def _finite(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
