"""A trip, made of what a traveller says of it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from graphs.trip_plan.offers import Trip
from graphs.trip_plan.places import find_place

DAYS_AHEAD = timedelta(days=10)
NIGHTS = timedelta(days=3)
"""What stands in for dates that are left out."""

FARTHEST = timedelta(days=730)


class TripImpossible(ValueError):
    """No such trip can be made: it is not in the time to come, or leads nowhere."""


async def make_trip(
    origin: str,
    destination: str,
    *,
    start: date | None,
    end: date | None,
    travellers: int,
    currency: str,
) -> Trip:
    """Return the trip; a start that is left out is ten days from today, an end three nights later.

    Raises:
        TripImpossible: it would start before today, as it is at the origin, or two years from
            now, or lead to where it starts.
        PlaceUnknown: there is no place of that name.
        SourceError: who might know the place cannot answer.
    """
    leaves, goes_to = await find_place(origin), await find_place(destination)
    if leaves == goes_to:
        raise TripImpossible(f"{origin!r} and {destination!r} are the same place")
    today = datetime.now(ZoneInfo(leaves.timezone)).date()
    start = start or today + DAYS_AHEAD
    if not today <= start <= today + FARTHEST:
        raise TripImpossible(f"a trip cannot start on {start}: in {leaves.name} it is {today}")
    return Trip(
        origin=leaves.airport,
        destination=goes_to,
        start=start,
        end=end or start + NIGHTS,
        travellers=travellers,
        currency=currency,
    )
