"""Who offers what: the provider whose key is set, else the samples.

A provider that fails is never replaced by the samples: they would look like its answer.
"""

from graphs.trip_plan.offers import Event, FlightPair, Hotel, Trip
from graphs.trip_plan.providers.catalogue import sample_events, sample_flights, sample_hotels
from graphs.trip_plan.providers.duffel import Duffel
from graphs.trip_plan.providers.liteapi import LiteApi
from graphs.trip_plan.providers.ticketmaster import Ticketmaster


class AirportUnknown(LookupError):
    """Flights cannot be searched without an airport at both ends."""


async def flights(trip: Trip) -> list[FlightPair]:
    """Return ways there and back, the cheapest first; raise AirportUnknown or SourceError."""
    if not Duffel.is_configured():
        return await sample_flights(trip)
    if trip.origin is None or trip.destination.airport is None:
        end = "the origin" if trip.origin is None else trip.destination.name
        raise AirportUnknown(f"Duffel names no airport of {end}: try a larger city nearby")
    return await Duffel().search(trip)


async def hotels(trip: Trip) -> list[Hotel]:
    """Return hotels for the whole stay, the cheapest first; raise SourceError."""
    return await (LiteApi().search(trip) if LiteApi.is_configured() else sample_hotels(trip))


async def events(trip: Trip) -> list[Event]:
    """Return events on the days of the trip, in order; raise SourceError."""
    if Ticketmaster.is_configured():
        return await Ticketmaster().search(trip)
    return await sample_events(trip)
