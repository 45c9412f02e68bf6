"""Everything the environment may change, in one place."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Price(BaseModel):
    """What a model costs, in US dollars per million tokens."""

    input: Annotated[Decimal, Field(ge=0)]
    output: Annotated[Decimal, Field(ge=0)]


class Settings(BaseSettings):
    """Read once from `FANJOIN_*` and `OPENAI_*` variables or `.env`; never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="FANJOIN_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    environment: Literal["development", "production"] = "development"
    """In `production` the service never starts the embedded model by itself."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless told otherwise."""

    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""

    graphs_file: Path = Path("langgraph.json")
    """The registry, the same file LangGraph Studio reads; paths in it are relative to it."""

    data_dir: Path = Path(".data")
    """Where threads are kept."""

    run_timeout_seconds: float = Field(default=300, gt=0)
    """The longest a run may take; past it the run ends as `timeout` (504)."""

    model: str | None = None
    """The chat model's name, as the server that answers knows it."""

    prices: dict[str, Price] = Field(default_factory=dict)
    """Model name to its price in US dollars per million tokens, as JSON; a model without a price
    costs `null`, never 0."""

    local_model: str = "qwen2.5-coder-1.5b"
    """The embedded model: `qwen2.5-coder-1.5b`, `qwen2.5-coder-0.5b`, a GGUF file, or `off`."""

    model_cache_dir: Path = Path("~/.cache/fanjoin/models")
    """Where the embedded model's weights are kept."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least grave message that is logged."""

    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key")
    )
    """The key of the model's server; with it or a base URL the embedded model stays off."""

    openai_base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url")
    )
    """The address of any OpenAI-compatible server."""

    @property
    def wants_embedded_model(self) -> bool:
        """Whether this service is to offer the embedded model."""
        is_on = self.local_model != "off" and self.environment != "production"
        return is_on and not self.has_remote_model

    @property
    def model_environment(self) -> dict[str, str]:
        """The variables by which the graphs, and any OpenAI client, find the operator's model."""
        key = self.openai_api_key
        named = {
            "OPENAI_API_KEY": key.get_secret_value() if key is not None else None,
            "OPENAI_BASE_URL": self.openai_base_url,
            "FANJOIN_MODEL": self.model,
        }
        return {name: value for name, value in named.items() if value is not None}

    @property
    def has_remote_model(self) -> bool:
        """Whether the operator named a model server."""
        return self.openai_api_key is not None or self.openai_base_url is not None
