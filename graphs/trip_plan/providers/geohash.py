"""A point on the globe as a geohash: its longitude and latitude, halved in turn (geohash.org)."""

_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
_BITS_A_CHARACTER = 5


def geohash(latitude: float, longitude: float, *, characters: int = 9) -> str:
    """Return the geohash of a point in degrees; nine characters are exact to some five metres."""
    position = [longitude, latitude]
    bounds = [[-180.0, 180.0], [-90.0, 90.0]]
    number = 0
    for turn in range(characters * _BITS_A_CHARACTER):
        axis = turn % 2
        middle = sum(bounds[axis]) / 2
        is_above = position[axis] >= middle
        bounds[axis][0 if is_above else 1] = middle
        number = number * 2 + is_above
    digits = (number >> _BITS_A_CHARACTER * place for place in reversed(range(characters)))
    return "".join(_ALPHABET[digit % len(_ALPHABET)] for digit in digits)
