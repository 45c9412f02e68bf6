"""What a client accepts, of what there is (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence
from typing import NamedTuple


class _Wish(NamedTuple):
    """One range of an `Accept` header."""

    kind: str
    quality: float
    position: int


def best_of(accept: str, offers: Sequence[str]) -> str:
    """Return the media type that an `Accept` header prefers; the first where it says nothing.

    Of two that it likes as much, the one that it names comes first, and then the one named earlier.
    """
    wishes = [_wish(part, n) for n, part in enumerate(accept.lower().split(",")) if part.strip()]
    ranks = {offer: rank for offer in offers if (rank := _rank(offer, wishes)) is not None}
    return max(ranks, key=lambda offer: ranks[offer]) if ranks else offers[0]


def _rank(offer: str, wishes: Sequence[_Wish]) -> tuple[float, int, int] | None:
    """Return how much an offer is wanted, by the range that fits it closest; None: not at all."""
    ranges = [offer, f"{offer.partition('/')[0]}/*", "*/*"]
    for closeness, kind in zip((2, 1, 0), ranges, strict=True):
        for wish in wishes:
            if wish.kind == kind:
                position = -wish.position if closeness == 2 else 0
                return (wish.quality, closeness, position) if wish.quality > 0 else None
    return None


def _wish(part: str, position: int) -> _Wish:
    kind, *parameters = (piece.strip() for piece in part.split(";"))
    return _Wish(kind, quality_of(parameters), position)


def quality_of(parameters: Sequence[str]) -> float:
    """Return the `q` of one element of an Accept header; 1 where it has none that is a number."""
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 1.0
    return 1.0
