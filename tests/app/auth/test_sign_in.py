"""Tokens of a real issuer on loopback, beside API keys."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.auth import jwks
from app.auth.jwks import Jwks
from app.auth.sign_in import SignIn
from app.errors import IssuerUnavailable, Unauthorized
from app.settings import Settings
from tests.issuer import AUDIENCE, Issuer, serve_issuer

pytestmark = pytest.mark.anyio

KEY = "k" * 24


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serve_issuer() as issuer:
        yield issuer


def sign_in_of(issuer: Issuer, **more: Any) -> SignIn:
    settings = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "api_keys": KEY, **more}
    return SignIn(Settings(_env_file=None, **settings))


async def owner(sign_in: SignIn, token: str | None) -> str:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return await sign_in.authenticate(headers, {})


async def test_each_subject_is_an_owner_whose_name_does_not_show_it(issuer: Issuer) -> None:
    sign_in = sign_in_of(issuer)

    ada, again, bob = [
        await owner(sign_in, issuer.token(sub=subject))
        for subject in ("ada@example.org", "ada@example.org", "bob@example.org")
    ]

    assert ada == again != bob
    assert "ada@" not in ada  # a name is hexadecimal: "ada" alone may be in it by chance
    assert issuer.fetches == 1


async def test_keys_and_tokens_are_accepted_beside_each_other(issuer: Issuer) -> None:
    sign_in = sign_in_of(issuer)

    owners = [
        await owner(sign_in, KEY),
        await sign_in.authenticate({"x-api-key": KEY}, {}),
        await owner(sign_in, issuer.token()),
    ]

    assert owners[0] == owners[1] != owners[2]


async def test_rsa_signatures_are_accepted(issuer: Issuer) -> None:
    issuer.keys["rsa"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert await owner(sign_in_of(issuer), issuer.token("rsa"))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 1}, "has expired"),
        ({"exp": None}, "has no claim 'exp'"),
        ({"exp": "soon"}, "is not valid"),
        ({"nbf": 4_000_000_000}, "is not valid yet"),
        ({"aud": "another"}, "is for another audience"),
        ({"aud": None}, "has no claim 'aud'"),
        ({"iss": "https://login.example.com"}, "is of another issuer"),
        ({"sub": None}, "has no claim 'sub'"),
        ({"sub": ""}, "has no claim 'sub'"),
    ],
)
async def test_token_with_wrong_claims_is_refused_with_the_reason(
    issuer: Issuer, claims: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unauthorized, match=reason):
        await owner(sign_in_of(issuer), issuer.token(**claims))


async def test_forged_tokens_are_refused(issuer: Issuer) -> None:
    sign_in = sign_in_of(issuer)
    stranger = ec.generate_private_key(ec.SECP256R1())
    head, payload, signature = issuer.token().split(".")
    tokens = [
        issuer.token(key=stranger),
        issuer.token("unknown", key=stranger),
        issuer.unsigned(),
        issuer.signed_with_the_public_key(),
        f"{head}.{issuer.token(sub='bob').split('.')[1]}.{signature}",
        f"{head}.{payload}.",
        "a.b.c",
        "..",
        f"{head}.{payload}",
        None,
    ]

    for token in tokens:
        with pytest.raises(Unauthorized) as refused:
            await owner(sign_in, token)
        assert payload not in str(refused.value)


async def test_required_claims_may_be_values_lists_or_words(issuer: Issuer) -> None:
    required = {"groups": "staff", "scope": "runs", "verified": True}
    sign_in = sign_in_of(issuer, oidc_required_claims=required)
    good: dict[str, Any] = {"groups": ["all", "staff"], "scope": "openid runs", "verified": True}

    assert await owner(sign_in, issuer.token(**good))
    for wrong in ({"groups": "staffing"}, {"scope": "running"}, {"verified": None}):
        with pytest.raises(Unauthorized, match=next(iter(wrong))):
            await owner(sign_in, issuer.token(**{**good, **wrong}))


async def test_another_claim_can_name_the_owner(issuer: Issuer) -> None:
    sign_in = sign_in_of(issuer, oidc_owner_claim="tenant")

    assert await owner(sign_in, issuer.token(tenant="acme", sub="ada")) == await owner(
        sign_in, issuer.token(tenant="acme", sub="bob")
    )


async def test_rotated_key_is_fetched_once_it_is_seen(issuer: Issuer) -> None:
    now = 0.0
    keys = Jwks(issuer.url, None, clock=lambda: now)
    assert await keys.find("one")
    issuer.keys = {"two": ec.generate_private_key(ec.SECP256R1())}

    too_soon = await keys.find("two")
    now += jwks._PAUSE_SECONDS + 1
    rotated, old = await keys.find("two"), await keys.find("one")

    assert (too_soon, old) == (None, None)
    assert rotated is not None
    assert issuer.fetches == 2


async def test_keys_outlive_an_issuer_that_is_away_for_a_day(issuer: Issuer) -> None:
    now = 0.0
    keys = Jwks(issuer.url, None, clock=lambda: now)
    assert await keys.find("one")
    issuer.is_away = True

    now += jwks._FRESH_SECONDS + 1
    stale = await keys.find("one")
    now += jwks._USABLE_SECONDS

    assert stale is not None
    with pytest.raises(IssuerUnavailable, match="does not give its keys"):
        await keys.find("one")


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://other.example", "jwks_uri": "https://other.example/keys"},
        {"issuer": None},
        {"jwks_uri": 7},
    ],
)
async def test_discovery_of_another_issuer_is_not_used(
    issuer: Issuer, discovery: dict[str, Any]
) -> None:
    issuer.discovery = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"} | discovery

    with pytest.raises(IssuerUnavailable):
        await owner(sign_in_of(issuer), issuer.token())


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"oidc_issuer": "https://login.example.com"}, "FANJOIN_OIDC_AUDIENCE"),
        ({"oidc_issuer": "http://login.example.com", "oidc_audience": "a"}, "https"),
        ({"oidc_issuer": "login.example.com", "oidc_audience": "a"}, "no address"),
        ({"oidc_issuer": "https://u:p@example.com", "oidc_audience": "a"}, "password"),
    ],
)
def test_unsafe_settings_are_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Settings(_env_file=None, **settings)
