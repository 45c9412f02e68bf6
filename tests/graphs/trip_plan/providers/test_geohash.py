import pytest

from graphs.trip_plan.providers.geohash import geohash


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (57.64911, 10.40744, "u4pruydqqvj"),
        (42.605, -5.603, "ezs42"),
        (-25.382708, -49.265506, "6gkzwgjzn820"),
        (0, 0, "s0000"),
        (90, 180, "zzzzz"),
        (-90, -180, "00000"),
    ],
)
def test_a_geohash_is_that_of_the_published_examples(
    latitude: float, longitude: float, expected: str
) -> None:
    assert geohash(latitude, longitude, characters=len(expected)) == expected
