"""Keys that can be guessed, and a service that asks for none."""

from typing import Any

import pytest

from app.cli.doctor.keys import check_keys
from app.cli.doctor.reading import Reading
from app.settings import Settings

pytestmark = pytest.mark.anyio

GOOD = "7e41b0c2d95f48a36b1e"


async def look(*keys: str) -> tuple[str, str]:
    given: dict[str, Any] = {"api_keys": ",".join(keys)} if keys else {}
    (finding,) = await check_keys(Reading(Settings(_env_file=None, **given), []))
    return finding.status, finding.detail


async def test_service_without_keys_says_who_gets_in() -> None:
    assert await look() == ("ok", "no key is required: open to everyone who reaches 127.0.0.1")


async def test_key_in_which_chance_made_a_short_row_is_no_weak_one() -> None:
    assert (await look("1234c0de7e41b0c2abcd95f48a36b1e0"))[0] == "ok"


async def test_keys_of_chance_are_counted() -> None:
    assert await look(GOOD, GOOD[::-1]) == ("ok", "2 keys in FANJOIN_API_KEYS")


@pytest.mark.parametrize(
    "weak",
    ["changeme-changeme", "a" * 24, "my-own-password-x", "9f123456789e01dc", "abababababababab"],
)
async def test_key_that_can_be_guessed_is_told_by_its_place(weak: str) -> None:
    status, detail = await look(GOOD, weak)

    assert (status, detail) == ("warning", "key 2 of FANJOIN_API_KEYS can be guessed")


async def test_repeated_key_is_told() -> None:
    status, detail = await look(GOOD, GOOD)

    assert (status, detail) == ("warning", "FANJOIN_API_KEYS repeats a key")
