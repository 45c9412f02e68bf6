"""What was tried, what was lost, and what it took in memory: counted, then shown as a table."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_MIB = 1024 * 1024


@dataclass
class Life:
    """The memory of one process of the service, in bytes."""

    warm: int | None = None
    """After its first answers; None if it was killed before."""

    last: int | None = None
    """Right before its end."""

    @property
    def growth(self) -> int:
        return self.last - self.warm if self.warm and self.last else 0


@dataclass
class Figures:
    """Counts of one proof."""

    tried: Counter[str] = field(default_factory=Counter)
    """Requests and commands, by kind."""

    unanswered: Counter[str] = field(default_factory=Counter)
    """Those of them that a kill cut off."""

    done_all_the_same: Counter[str] = field(default_factory=Counter)
    """Those that were cut off and took effect."""

    checks: Counter[str] = field(default_factory=Counter)
    """What was compared with the service or its database, by kind."""

    lost: list[str] = field(default_factory=list)
    """Every promise that did not hold, in words."""

    lives: list[Life] = field(default_factory=list)

    def expect(self, kind: str, is_so: bool, otherwise: str) -> None:
        """Count a check, and what was lost if it fails."""
        self.checks[kind] += 1
        if not is_so:
            self.lost.append(f"{kind}: {otherwise}")

    @property
    def memory_growth(self) -> int:
        """How much more memory a process holds at its end than when it was warm, at the most."""
        return max(life.growth for life in self.lives)

    def table(self, title: str) -> str:
        """Return the counts as text, at most 80 columns wide."""
        return "\n".join([title, *self._tried(), *self._checked(), *self._memory(), *self._lost()])

    def _tried(self) -> Iterator[str]:
        yield f"{'tried':<32}{'times':>12}{'cut off':>12}{'of them done':>16}"
        for kind in self.tried:
            counts = (self.tried[kind], self.unanswered[kind], self.done_all_the_same[kind])
            yield "{:<32}{:>12}{:>12}{:>16}".format(kind, *counts)

    def _checked(self) -> Iterator[str]:
        yield f"{'checked':<56}{'times':>16}"
        for kind, times in self.checks.items():
            yield f"{kind:<56}{times:>16}"

    def _memory(self) -> Iterator[str]:
        lives = [life for life in self.lives if life.warm and life.last]
        yield f"{'memory in MiB':<32}{'warm':>12}{'at its end':>12}"
        grown = max(lives, key=lambda life: life.growth)
        named = (("first process", lives[0]), ("last process", lives[-1]), ("grew most", grown))
        for name, life in named:
            yield f"{name:<32}{_mib(life.warm):>12}{_mib(life.last):>12}"
        most = max(life.last or 0 for life in lives)
        yield f"{f'most of {len(self.lives)} processes':<44}{_mib(most):>12}"

    def _lost(self) -> Iterator[str]:
        yield f"lost: {len(self.lost) or 'nothing'}"
        yield from self.lost


def _mib(size: int | None) -> str:
    return f"{(size or 0) / _MIB:.0f}"
