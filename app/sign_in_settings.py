"""The settings that say who may call: API keys, and tokens of a company's sign-in."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from app.setting_types import Keys, require_safe_url

SafeUrl = Annotated[str, AfterValidator(require_safe_url)]


class SignInSettings(BaseSettings):
    """Who may call, and how a request says so."""

    sign_in: Literal["settings", "own"] = "settings"
    """`own`: the application passes an authenticator of its own to `create_app`, in place of keys
    and tokens. Without one nothing is served."""

    api_keys: Keys = ()
    """The keys callers may show, separated by commas. Empty, without an issuer of tokens, means
    open to anyone: fit for a laptop, refused in production and beyond loopback."""

    oidc_audience: str | None = None
    """What the `aud` of a token must be: the name of this service at the issuer."""

    oidc_issuer: SafeUrl | None = None
    """The issuer of the tokens (OpenID Connect) that callers may show, as their `iss` has it."""

    oidc_jwks_url: SafeUrl | None = None
    """Where the issuer's keys are; without it the issuer's discovery document says so."""

    oidc_owner_claim: str = Field(default="sub", min_length=1)
    """The claim of a token whose value is the owner of runs and threads."""

    oidc_required_claims: dict[str, Any] = Field(default_factory=dict)
    """Claims that a token must have, as JSON: `{"groups": "fanjoin"}`. A list, or a text of words,
    must contain the value."""

    oidc_leeway_seconds: float = Field(default=30, ge=0, le=300)
    """By how much the clocks of this service and the issuer may differ."""

    @field_validator("oidc_issuer")
    @classmethod
    def _require_audience(cls, issuer: str | None, info: ValidationInfo) -> str | None:
        if issuer is not None and not info.data.get("oidc_audience"):
            raise ValueError(
                "tokens for other services would be accepted: set FANJOIN_OIDC_AUDIENCE"
            )
        return issuer

    @property
    def requires_sign_in(self) -> bool:
        """Whether a request must say whose it is."""
        has_callers = bool(self.api_keys) or self.oidc_issuer is not None
        return has_callers or self.sign_in == "own"

    @property
    def key_texts(self) -> list[str]:
        """The API keys themselves."""
        return [key.get_secret_value() for key in self.api_keys]
