"""Whose request it is: an API key, or a token of the company's sign-in."""

from collections.abc import Mapping
from typing import Any

from app.auth.api_keys import ApiKeys, Owner, bearer_of
from app.auth.oidc import OidcTokens
from app.errors import Unauthorized
from app.sign_in_settings import SignInSettings

_DOTS_OF_A_TOKEN = 2


class SignIn:
    """The ways to sign in that the settings allow."""

    def __init__(self, settings: SignInSettings) -> None:
        self._keys = ApiKeys(settings.key_texts)
        self._tokens = OidcTokens(settings) if settings.oidc_issuer is not None else None

    async def authenticate(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Owner:
        """Return the owner that a request's headers sign in.

        Raises:
            Unauthorized: nobody's key, or no valid token.
            IssuerUnavailable: the keys of the tokens' issuer cannot be had now.
        """
        if self._tokens is None:
            return await self._keys.authenticate(headers, scope)
        key = headers.get("x-api-key") or bearer_of(headers)
        if key is not None and "x-api-key" not in headers and key.count(".") == _DOTS_OF_A_TOKEN:
            return await self._tokens.owner(key)
        if key is None or not self._keys:
            raise Unauthorized("the request has no valid token: send Authorization: Bearer")
        return self._keys.owner(key)
