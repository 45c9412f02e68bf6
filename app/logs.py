"""How the service logs: one line per event, plain words and fields."""

import asyncio
import logging
import re
import sys

logger = logging.getLogger(__name__)

CHATTY = ("alembic", "httpx", "httpx2", "watchfiles")
"""Libraries whose warnings alone are for an operator: they log each request, step or file."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class FieldFormatter(logging.Formatter):
    """Appends the fields a call passed as `extra`; no value can break the line or forge one."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line = super().format(record)
        if record.exc_info or record.stack_info:
            first, _, trace = line.partition("\n")
            return "\n".join([_one_line(first, fields), trace])
        return _one_line(line, fields)


def log_crash(task: asyncio.Task[None]) -> None:
    """Log the error that ended a task nobody awaits (`Task.add_done_callback`)."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("task %s failed", task.get_name(), exc_info=error)


def configure_logs(level: str) -> None:
    """Send everything at or above a level to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FieldFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel("WARNING")


def _one_line(line: str, fields: dict[str, object]) -> str:
    text = " ".join([line, *(f"{key}={value!s}" for key, value in fields.items())])
    return _CONTROL.sub(lambda match: ascii(match.group())[1:-1], text)


class OnceLog:
    """Warns of each thing once; of the last thousand things it knows that it did."""

    def __init__(self, logger: logging.Logger, message: str) -> None:
        self._logger = logger
        self._message = message
        self._known: dict[str, None] = {}

    def warn(self, thing: str, **fields: object) -> None:
        if thing in self._known:
            return
        self._known[thing] = None
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._logger.warning(self._message, extra=fields)


_MOST_KNOWN = 1000
