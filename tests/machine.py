"""What no test may take from the machine it runs on, and the project's root."""

from pathlib import Path

from tests.source_server import SOURCES

ROOT = Path(__file__).parent.parent

OF_THE_MACHINE = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "FANJOIN_MODEL",
    "FANJOIN_GRAPHS_FILE",
    "FANJOIN_SECRETS_DIR",
    "TAVILY_API_KEY",
    "BRAVE_SEARCH_API_KEY",
    "FANJOIN_NEWS_FEEDS",
    "DUFFEL_ACCESS_TOKEN",
    "LITEAPI_API_KEY",
    "TICKETMASTER_API_KEY",
    "OPEN_METEO_API_KEY",
    "FANJOIN_GUEST_NATIONALITY",
    "FANJOIN_IMAGE_MODEL",
    "FANJOIN_VISION_MODEL",
    "FANJOIN_CONTENT_DATABASE_URL",
    "FANJOIN_MODERATION_MODEL",
)
NOBODY = "http://127.0.0.1:9"
"""Port 9 is for what is discarded; nothing listens there."""

NO_SOURCES = {f"FANJOIN_{name}_URL": NOBODY for name in SOURCES}
