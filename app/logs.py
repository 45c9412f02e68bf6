"""How the service logs: one line per event, plain words and fields."""

import logging
import sys

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class FieldFormatter(logging.Formatter):
    """Appends the fields a call passed as `extra` to the line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line = super().format(record)
        return " ".join([line, *(f"{key}={value!s}" for key, value in fields.items())])


def configure_logs(level: str) -> None:
    """Send everything at or above a level to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FieldFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("httpx2").setLevel("WARNING")
    logging.getLogger("httpx").setLevel("WARNING")
