"""When a cron fires: a cron expression, read by the clocks of a time zone.

Where the clocks change, the rules are those of Debian's cron:

- An expression with a time of day (`30 2 * * *`) fires once a day. A time that the clocks skip
  fires when they have skipped it; a time that comes twice fires the first time.
- One whose minute or hour begins with `*` (`*/15 * * * *`) fires whenever the clocks show such a
  time: not at the times that are skipped, and each time at those that come twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from app.errors import InvalidInput

LONGEST_EXPRESSION = 255

_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

_FIELDS = 5

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_MINUTE = timedelta(minutes=1)

_NEAR = timedelta(hours=3)
"""No clock is ever set back by more: Troll's two hours are the most."""

_SPANS = (timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=366))


@dataclass(frozen=True)
class Schedule:
    """A cron expression of five fields, and the zone whose clocks it is read by."""

    expression: str
    timezone: str

    def require_valid(self) -> None:
        """Check expression and zone.

        Raises:
            InvalidInput: one of them is none, or the schedule would never fire.
        """
        _zone(self.timezone)
        _require_expression(self.expression)
        if self.next_after(_EPOCH) is None:
            raise _never(self.expression)

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first tick after a moment, in UTC; None where there is none for 50 years."""
        return next(self.ticks(moment), None)

    def ticks(self, after: datetime) -> Iterator[datetime]:
        """Yield the ticks after a moment, in UTC."""
        while (tick := self._next(after)) is not None:
            yield tick
            after = tick

    def next_ticks(self, after: datetime, count: int) -> list[datetime]:
        return list(islice(self.ticks(after), count))

    def latest_of(self, first: datetime, now: datetime) -> datetime:
        """Return the latest tick from `first`, which is one, up to now."""
        for span in _SPANS:
            if now - span <= first:
                break
            *_, latest = [None, *self._ticks_until(now - span, now)]
            if latest is not None:
                return latest
        *_, latest = [first, *self._ticks_until(first, now)]
        return latest

    def _ticks_until(self, after: datetime, until: datetime) -> Iterator[datetime]:
        for tick in self.ticks(after):
            if tick > until:
                return
            yield tick

    def _next(self, after: datetime) -> datetime | None:
        has_time_of_day = not any(field.startswith("*") for field in self._plain.split()[:2])
        next_tick = self._next_time_of_day if has_time_of_day else self._next_shown
        try:
            return next_tick(after)
        except OverflowError:  # past the year 9999
            return None

    def _next_time_of_day(self, after: datetime) -> datetime | None:
        """Return the next tick of an expression that fires at times of the day."""
        # From before: what the clocks skipped shortly before fires when they have skipped it.
        for shown in self._times_shown(self._shown(after - _NEAR)):
            tick = self._first_from(shown)
            if tick > after:
                return tick
        return None

    def _next_shown(self, after: datetime) -> datetime | None:
        """Return the next moment at which the clocks show a time of the expression."""
        while self._offset(after) > self._offset(after + _NEAR):
            end = after + _NEAR  # the clocks are set back: times come out of their order
            minute = after.replace(second=0, microsecond=0) + _MINUTE
            while minute <= end:
                if self._is_time(self._shown(minute)):
                    return minute
                minute += _MINUTE
            after = end
        for shown in self._times_shown(self._shown(after)):
            for moment in self._moments_of(shown):
                if moment > after:
                    return moment
        return None

    def _moments_of(self, shown: datetime) -> list[datetime]:
        """Return when the clocks show a time: never, once or twice."""
        both = [shown.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        return [moment for moment in both if self._shown(moment) == shown]

    def _first_from(self, shown: datetime) -> datetime:
        """Return when the clocks first show a time, or the first one after it that they show."""
        while not (moments := self._moments_of(shown)):
            shown += _MINUTE
        return moments[0]

    def _is_time(self, shown: datetime) -> bool:
        return next(self._times_shown(shown - _MINUTE), None) == shown

    def _times_shown(self, after: datetime) -> Iterator[datetime]:
        """Yield the times of the expression after one, as a clock shows them that never changes."""
        yield from CronSim(self._plain, after)

    def _shown(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone).replace(tzinfo=None, fold=0)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta()

    @cached_property
    def _plain(self) -> str:
        return _NAMED.get(self.expression.strip().lower(), self.expression)

    @cached_property
    def _zone(self) -> tzinfo:
        return _zone(self.timezone)


def _require_expression(expression: str) -> None:
    plain = _NAMED.get(expression.strip().lower(), expression)
    if plain.strip().startswith("@"):
        raise _bad(expression, f"no such name: use one of {', '.join(_NAMED)}, or five fields")
    if (count := len(plain.split())) != _FIELDS:
        reason = (
            f"it has {count} fields and needs five: minute, hour, day of month, month, day of "
            f"week. A schedule fires once a minute at most, so there are no seconds"
        )
        raise _bad(expression, reason)
    try:
        CronSim(plain, _EPOCH)
    except CronSimError as error:
        if _could_be_a_day(plain):
            raise _never(expression) from error
        part = str(error).removeprefix("Bad ").replace("-", " ")
        reason = f"the {part} is not valid: write `0 7 * * 1-5` for 7:00 from Monday to Friday"
        raise _bad(expression, reason) from error


def _could_be_a_day(expression: str) -> bool:
    """Whether it is valid but for its day, which no chosen month has: the 30th of February."""
    minute, hour, day, month, weekday = expression.split()
    try:
        CronSim(f"{minute} {hour} {day} 1 {weekday}", _EPOCH)
        CronSim(f"{minute} {hour} 1 {month} {weekday}", _EPOCH)
    except CronSimError:
        return False
    return True


def _zone(name: str) -> ZoneInfo:
    """Return a zone.

    Raises:
        InvalidInput: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = get_close_matches(name, available_timezones(), n=1)
        example = near[0] if near else "Europe/Berlin"
        message = f"there is no such time zone: use a name of the IANA, like {example!r}"
        raise InvalidInput.at("timezone", message, given=name[:100]) from error


def _bad(expression: str, reason: str) -> InvalidInput:
    return InvalidInput.at("schedule", reason, given=expression[:100])


def _never(expression: str) -> InvalidInput:
    return _bad(expression, "it would never fire: choose a day that its month has")
