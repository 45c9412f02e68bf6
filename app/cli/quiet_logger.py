"""A logger that is not filled by what clients do."""

import logging
from typing import Any


class QuietLogger(logging.LoggerAdapter[logging.Logger]):
    """Logs uvicorn's warnings of what a client sent as debug: anybody could fill the log."""

    @property
    def level(self) -> int:
        return self.logger.level

    def warning(self, msg: object, *args: Any, **kwargs: Any) -> None:
        self.debug(msg, *args, **kwargs)
