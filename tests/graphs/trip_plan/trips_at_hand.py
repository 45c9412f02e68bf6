"""The trip that the providers are asked about: London to Lisbon, over a change of the clocks."""

from datetime import date

from graphs.trip_plan.offers import Place, Trip

LISBON = Place(
    name="Lisbon",
    country="PT",
    latitude=38.7167,
    longitude=-9.1333,
    timezone="Europe/Lisbon",
    airport="LIS",
)

TRIP = Trip(
    origin="LON",
    destination=LISBON,
    start=date(2027, 3, 27),
    end=date(2027, 3, 30),
    travellers=2,
    currency="EUR",
)
