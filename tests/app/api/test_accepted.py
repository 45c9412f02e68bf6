"""Which of several media types an `Accept` header prefers."""

import pytest

from app.api.accepted import best_of

OFFERS = ("text/plain", "image/svg+xml", "application/json")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "text/plain"),
        ("", "text/plain"),
        ("image/png", "text/plain"),
        ("image/*", "image/svg+xml"),
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("application/json, */*", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("image/svg+xml;q=0.5, application/json;q=0.8", "application/json"),
        ("application/json;q=0, */*", "text/plain"),
        ("text/plain;q=0, */*", "image/svg+xml"),
        ("application/json;q=much", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/plain"),
        ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/svg+xml"),
    ],
)
def test_the_media_type_that_is_accepted_most_is_chosen(accept: str, chosen: str) -> None:
    assert best_of(accept, OFFERS) == chosen
