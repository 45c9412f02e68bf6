"""Trip plans for unusual budgets, places and times, and for inputs that make no trip."""

from typing import Any

import pytest
from pydantic import ValidationError

from graphs.trip_plan.graph import Input, NothingToPlan, interests_of
from graphs.trip_plan.places import PlaceUnknown
from graphs.trip_plan.trips import TripImpossible
from tests.graphs.trip_plan.plans_at_hand import euros, in_days, missing, run, trip_input
from tests.model_server import ModelServer
from tests.source_answers import SourceAnswer
from tests.source_server import SourceServer
from tests.weather_answers import ARCHIVE, GEOCODING

pytestmark = pytest.mark.usefixtures("sources")


def test_over_budget_it_says_by_how_much_and_shows_the_cheapest(model_server: ModelServer) -> None:
    output = run(budget=euros("100.00"))

    assert output.chosen.left.amount < 0
    wanting = f"{-output.chosen.left.amount} EUR more than the budget of 100.00 EUR"
    assert wanting in output.itinerary
    assert output.chosen.flights is not None
    assert output.chosen.hotel is not None
    assert all(one.price and one.price.amount == 0 for one in output.chosen.events)


def test_a_budget_in_a_currency_the_samples_are_not_in_is_refused_by_name(
    model_server: ModelServer,
) -> None:
    with pytest.raises(NothingToPlan, match="the sample offers are in EUR, not in USD"):
        run(budget={"amount": "900", "currency": "USD"})


def test_offers_in_another_currency_are_left_out(
    keys: None, model_server: ModelServer, sources: SourceServer
) -> None:
    output = run(budget={"amount": "900", "currency": "USD"})

    assert "nothing in USD" in missing(output)["flights"]
    assert output.chosen.hotel is not None
    assert output.chosen.hotel.price.currency == output.chosen.total.currency == "USD"


def test_a_trip_later_than_any_forecast_has_the_weather_of_the_past(
    model_server: ModelServer, sources: SourceServer
) -> None:
    output = run(start=str(in_days(100)), end=str(in_days(102)))

    assert len(sources.requests_to(ARCHIVE)) == 1
    assert all("as measured on" in str(day.weather) for day in output.days)


def test_a_place_nobody_knows_ends_the_run_before_any_search(
    model_server: ModelServer, sources: SourceServer
) -> None:
    with pytest.raises(PlaceUnknown, match="there is no place called 'Nowhere'"):
        run(destination="Nowhere")

    assert [request.path for request in sources.requests] == [GEOCODING]


def test_a_geocoding_that_fails_once_is_asked_again(
    keys: None, model_server: ModelServer, sources: SourceServer
) -> None:
    sources.answer(SourceAnswer(status=503), path=GEOCODING, times=1)

    assert run(destination="Auckland").trip.destination.country == "NZ"


def test_a_trip_in_the_past_ends_the_run(model_server: ModelServer, sources: SourceServer) -> None:
    with pytest.raises(TripImpossible, match="cannot start on 2020-02-01"):
        run(start="2020-02-01")

    assert not sources.requests


def test_an_interest_is_read_without_the_white_space_around_it(model_server: ModelServer) -> None:
    assert run(interests=[" music\n"]).chosen == run(interests=["music"]).chosen
    assert interests_of({"interests": [" music\n"]}) == ["music"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "2030-05-02", "end": "2030-05-02"},
        {"start": "2030-05-02", "end": "2030-05-01"},
        {"start": "2030-05-02", "end": "2030-06-02"},
        {"end": "2030-05-02"},
        {"travellers": 0},
        {"travellers": 10},
        {"budget": {"amount": "0", "currency": "EUR"}},
        {"budget": {"amount": "NaN", "currency": "EUR"}},
        {"budget": {"amount": "9", "currency": "euros"}},
        {"origin": "x" * 101},
        {"interests": [" "]},
    ],
)
def test_an_input_that_makes_no_trip_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Input.model_validate(trip_input(**wrong))
