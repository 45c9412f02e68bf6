"""How long data is retained."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from app.settings import Settings


@dataclass(frozen=True)
class RetentionPolicy:
    """Data older than its moment is deleted; None retains it forever."""

    now: datetime
    events: datetime | None
    """Of runs that ended before."""

    runs: datetime | None
    """That ended before."""

    threads: datetime | None
    """Last used before, and without a time to live of their own."""

    checkpoints: datetime | None
    """All but the latest, of threads idle since before."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Count the days of the settings back from now."""
        now = datetime.now(UTC)

        def before(days: float | None) -> datetime | None:
            return None if days is None else now - timedelta(days=days)

        return cls(
            now,
            events=before(settings.keep_events_days),
            runs=before(settings.keep_runs_days),
            threads=before(settings.keep_threads_days),
            checkpoints=before(settings.keep_checkpoints_days),
        )
