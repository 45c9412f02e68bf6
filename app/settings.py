"""Everything the environment may change, in one place."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from app.setting_types import HostNames, Origins, PostgresUrl, Price, is_loopback
from app.sign_in_settings import SignInSettings

_DAY = 86_400

_WEEK = 7 * _DAY

_CENTURY = 36_500
"""In days. Dates reach no further than the year 9999, and clocks of the system less far."""


class Settings(SignInSettings):
    """Read once from `FANJOIN_*` and `OPENAI_*` variables or `.env`; never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="FANJOIN_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = "development"
    """In `production` the service never starts the embedded model by itself."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless set otherwise."""

    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""

    graphs_file: Path = Path("langgraph.json")
    """The registry, the same file LangGraph Studio reads; paths in it are relative to it."""

    on_bad_graph: Literal["refuse", "exclude"] = "refuse"
    """`exclude` starts without the graphs that cannot be served: requests for them get 503."""

    data_dir: Path = Path(".data")
    """Where runs, threads and the indexed documents are stored."""

    database_url: PostgresUrl | None = None
    """PostgreSQL for runs, threads and checkpoints: `postgresql://user:password@host/name`. Without
    it they are SQLite files in the data folder."""

    sqlite_synchronous: Literal["normal", "full"] = "normal"
    """`full` also keeps the last moments before a power cut, for some milliseconds per write; a
    killed process loses nothing either way."""

    migrate_at_start: bool = True
    """Bring the tables up to date at start; otherwise `fanjoin migrate` does, and a service that
    is behind does not start."""

    record_stateless: bool = True
    """Keep a record of foreground runs without a thread; off, only those with an
    Idempotency-Key are stored."""

    storage_patience_seconds: float = Field(default=30, ge=0, le=_DAY)
    """How long a running run waits for an unavailable database before it gives up."""

    max_run_attempts: int = Field(default=3, ge=1, le=1000)
    """How often a background run may start: a restart continues it until then."""

    keep_runs_days: float | None = Field(default=30, gt=0, le=_CENTURY)
    """How long finished runs are stored."""

    keep_events_days: float | None = Field(default=7, gt=0, le=_CENTURY)
    """How long the events of finished runs are stored."""

    keep_threads_days: float | None = Field(default=None, gt=0, le=_CENTURY)
    """How long unused threads are stored; by default for ever."""

    keep_checkpoints_days: float | None = Field(default=None, gt=0, le=_CENTURY)
    """After how long an idle thread is cut to its latest checkpoint; none is never."""

    prune_minutes: float = Field(default=10, ge=0, le=10_080)
    """How often the service deletes what is past its retention; 0 leaves it to
    `fanjoin prune`."""

    docs: Literal["on", "off"] | None = None
    """Whether `/docs` and `/openapi.json` are served; without it in development only. Where there
    are keys, the latter needs one."""

    page: Literal["on", "off"] = "on"
    """Whether `/` shows a browser the page; off, it answers with links as JSON."""

    allowed_hosts: HostNames = ()
    """The host names that requests may be for, separated by commas: `example.com`,
    `*.example.com`, or `*` for any. Loopback always is one. Empty, with keys, is any."""

    cors_origins: Origins = ()
    """The origins whose pages may use the API from a browser, separated by commas:
    `https://example.com`, or `*` for any."""

    run_timeout_seconds: float = Field(default=300, gt=0, le=_WEEK)
    """The longest a run may take; past it the run ends as `timeout` (504)."""

    recursion_limit: int = Field(default=1000, ge=1, le=100_000)
    """How many steps a run may take where neither its graph nor the request's `config` says."""

    max_concurrent_runs: int = Field(default=64, ge=1, le=10_000)
    """How many runs work at once."""

    max_concurrent_runs_per_owner: int | None = Field(default=None, ge=1, le=10_000)
    """How many runs of one owner work at once; by default as many as of all."""

    max_concurrent_runs_per_graph: int | None = Field(default=None, ge=1, le=10_000)
    """How many runs of one graph work at once; by default as many as of all."""

    max_waiting_runs: int = Field(default=256, ge=0, le=100_000)
    """How many more requests may wait for their run's turn; the rest get 429."""

    max_waiting_runs_per_owner: int = Field(default=1000, ge=1, le=1_000_000)
    """How many queued runs of one owner may wait: runs in the background, which have a row. The
    rest get 429."""

    max_crons_per_owner: int = Field(default=100, ge=0, le=10_000)
    """How many crons each owner may have; a further one gets 422."""

    node_threads: int = Field(default=32, ge=1, le=1000)
    """How many plain `def` nodes, routers and tools run at once, each in a thread; others wait."""

    stuck_threads_seconds: float = Field(default=30, gt=0, le=_DAY)
    """After how long `/health/ready` fails while every thread is busy with one call and others
    wait."""

    max_body_bytes: int = Field(default=1024 * 1024, ge=1, le=1 << 30)
    """The largest request body; a larger one is refused before it is read whole (413)."""

    max_body_values: int = Field(default=50_000, ge=1, le=1 << 30)
    """The most JSON values in a request body, all that is within lists and objects included; more
    get 422."""

    max_request_line_bytes: int = Field(default=8192, ge=64, le=1 << 20)
    """The longest address of a request; a longer one gets 431."""

    max_header_bytes: int = Field(default=32768, ge=256, le=1 << 20)
    """The most bytes of header lines in a request; more get 431."""

    max_header_lines: int = Field(default=100, ge=8, le=10_000)
    """The most header lines of a request; more get 431."""

    head_timeout_seconds: float = Field(default=10, gt=0, le=3600)
    """How long a client may take to send a request line and headers; then 408."""

    body_timeout_seconds: float = Field(default=10, gt=0, le=3600)
    """How long a body may come in more slowly than the minimum rate; then 408."""

    min_body_bytes_per_second: int = Field(default=1024, ge=0, le=1 << 30)
    """The minimum rate of a request body, for each span of the body timeout; 0 is no minimum."""

    unread_answer_seconds: float = Field(default=30, gt=0, le=3600)
    """How long a client may read nothing of its answer before the connection is closed."""

    keep_alive_seconds: float = Field(default=15, gt=0, le=3600)
    """How long a connection may stay idle between two requests."""

    max_connections: int = Field(default=1000, ge=1, le=1_000_000)
    """How many connections are open at once, at most the limit of open files minus 128; more get
    503."""

    max_batch_inputs: int = Field(default=100, ge=1, le=10_000)
    """The most inputs one batch may hold."""

    grace_seconds: float = Field(default=10, ge=0, le=_DAY)
    """How long active runs may continue when the service stops."""

    model: str | None = None
    """The chat model's name, as the server at `OPENAI_BASE_URL` knows it, which needs one. Without
    it OpenAI gets `gpt-4.1-mini`, and the embedded model its own name."""

    prices: dict[str, Price] = Field(default_factory=dict)
    """Model name to its price in US dollars per million tokens, as JSON; a model without a price
    costs `null`, never 0."""

    local_model: str = "qwen2.5-coder-1.5b"
    """The embedded model: `qwen2.5-coder-1.5b`, `qwen2.5-coder-0.5b`, a GGUF file, or `off`."""

    model_cache_dir: Path = Path("~/.cache/fanjoin/models")
    """Where the embedded model's weights are stored."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The minimum log level; `debug` also logs each request."""

    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key")
    )
    """The key of the model's server; with it or a base URL the embedded model stays off."""

    openai_base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url")
    )
    """The address of any OpenAI-compatible server."""

    @model_validator(mode="after")
    def _refuse_open_doors(self) -> Self:
        if self.requires_sign_in:
            return self
        fix = "set FANJOIN_API_KEYS (`openssl rand -hex 24` makes one)"
        if self.environment == "production":
            raise ValueError(f"production needs a key: {fix}")
        if not is_loopback(self.host):
            raise ValueError(
                f"FANJOIN_HOST={self.host} would let anyone in: {fix}, or listen on 127.0.0.1"
            )
        return self

    @property
    def excludes_bad_graphs(self) -> bool:
        """Whether to serve the other graphs where one cannot be served."""
        return self.on_bad_graph == "exclude"

    @property
    def serves_docs(self) -> bool:
        """Whether the API's description is served."""
        return self.environment == "development" if self.docs is None else self.docs == "on"

    @property
    def serves_page(self) -> bool:
        return self.page == "on"

    @property
    def checks_hosts(self) -> bool:
        """Whether requests for other hosts are refused: without keys all but the declared are."""
        return "*" not in self.allowed_hosts and bool(
            self.allowed_hosts or not self.requires_sign_in
        )

    @property
    def secrets(self) -> list[str]:
        """What must stand in no answer and no log."""
        of_the_model = [self.openai_api_key.get_secret_value()] if self.openai_api_key else []
        return [*self.key_texts, *of_the_model, *self._database_passwords]

    @property
    def _database_passwords(self) -> list[str]:
        password = urlsplit(self.postgres_url or "").password
        return list({password, unquote(password)}) if password else []

    @property
    def postgres_url(self) -> str | None:
        """The address of PostgreSQL as libpq takes it; None where SQLite files are used."""
        if self.database_url is None:
            return None
        address = self.database_url.get_secret_value().partition("://")[2]
        return f"postgresql://{address}"

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
    def lacks_model_name(self) -> bool:
        """Whether a server is named, and none of its models."""
        return self.openai_base_url is not None and self.model is None

    @property
    def has_remote_model(self) -> bool:
        """Whether the operator named a model server."""
        return self.openai_api_key is not None or self.openai_base_url is not None
