"""Tokens of a company's sign-in (OpenID Connect): signed by an issuer, for this service."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from app.auth.api_keys import Owner
from app.auth.jwks import Jwk, Jwks
from app.errors import Unauthorized
from app.sign_in_settings import SignInSettings

_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures that only the issuer can make: none with a shared secret, and not `none`."""

_REASONS: Sequence[tuple[type[jwt.PyJWTError], str]] = (
    (jwt.ExpiredSignatureError, "the token has expired"),
    (jwt.ImmatureSignatureError, "the token is not valid yet"),
    (jwt.InvalidAudienceError, "the token is for another audience"),
    (jwt.InvalidIssuerError, "the token is of another issuer"),
)


class OidcTokens:
    """Verifies tokens of one issuer."""

    def __init__(self, settings: SignInSettings) -> None:
        """Raise ValueError where the settings name no issuer."""
        if settings.oidc_issuer is None:
            raise ValueError("FANJOIN_OIDC_ISSUER is not set")
        self._issuer = settings.oidc_issuer
        self._audience = settings.oidc_audience
        self._leeway = settings.oidc_leeway_seconds
        self._owner_claim = settings.oidc_owner_claim
        self._required = settings.oidc_required_claims
        self._keys = Jwks(settings.oidc_issuer, settings.oidc_jwks_url)

    async def owner(self, token: str) -> Owner:
        """Return the owner that a token signs in.

        Raises:
            Unauthorized: the token is not valid here.
            IssuerUnavailable: the issuer's keys cannot be had now.
        """
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in _ALGORITHMS:
                raise Unauthorized("the token has no signature that is accepted")
            key = await self._keys.find(header.get("kid"))
            if key is None:
                raise Unauthorized("the token is signed by no key of the issuer")
            claims = self._verified(token, key, algorithm)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise Unauthorized(_reason(error)) from error
        return self._owner_of(claims)

    def _verified(self, token: str, key: Jwk, algorithm: str) -> dict[str, Any]:
        if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
            raise Unauthorized("the token is signed by no key of the issuer")
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(dict(key), algorithm=algorithm),
            algorithms=[algorithm],
            audience=self._audience,
            issuer=self._issuer,
            leeway=self._leeway,
            options={"require": ["exp", "iss", "aud"]},
        )
        return claims

    def _owner_of(self, claims: Mapping[str, Any]) -> Owner:
        for name, value in self._required.items():
            if not _has(claims.get(name), value):
                raise Unauthorized(f"the token's claim {name!r} is not what this service requires")
        subject = claims.get(self._owner_claim)
        if not isinstance(subject, str) or not subject:
            raise Unauthorized(f"the token has no claim {self._owner_claim!r}")
        return hashlib.sha256(f"{self._issuer}\0{subject}".encode()).hexdigest()[:32]


def _has(claim: Any, value: Any) -> bool:
    """Whether a claim is a value, or holds it: in a list, or among words as in `scope`."""
    if isinstance(claim, list):
        return value in claim
    return bool(claim == value) or (isinstance(claim, str) and value in claim.split())


def _reason(error: Exception) -> str:
    """Say what is wrong without a word of the token."""
    known = (text for kind, text in _REASONS if isinstance(error, kind))
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"the token has no claim {error.claim!r}"
    return next(known, "the token is not valid")
