import logging

import httpx2
import pytest

from graphs.trip_plan.providers.hidden_keys import hide_in_log


def log_request(url: str) -> None:
    logging.getLogger("httpx2").info("HTTP Request: %s %s", "GET", httpx2.URL(url))


def test_a_hidden_parameter_keeps_its_place_and_loses_its_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="httpx2")
    hide_in_log("apikey")

    log_request("https://example.org/events?apikey=secret&size=20")

    assert caplog.messages == ["HTTP Request: GET https://example.org/events?apikey=hidden&size=20"]


def test_an_address_without_it_is_logged_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="httpx2")
    hide_in_log("apikey")

    log_request("https://example.org/events?size=20")

    assert caplog.messages == ["HTTP Request: GET https://example.org/events?size=20"]


def test_hiding_it_again_adds_nothing() -> None:
    hide_in_log("apikey")
    filters = list(logging.getLogger("httpx2").filters)

    hide_in_log("apikey")

    assert logging.getLogger("httpx2").filters == filters
