"""Keys that a service wants in the address, kept out of the log: httpx2 logs every address."""

import logging
from functools import cache

import httpx2


class HiddenParameter(logging.Filter):
    """Puts `hidden` in place of one query parameter's value, in every address of a record."""

    def __init__(self, parameter: str) -> None:
        super().__init__()
        self._parameter = parameter

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._hide(value) for value in record.args)
        return True

    def _hide(self, value: object) -> object:
        if isinstance(value, httpx2.URL) and self._parameter in value.params:
            return value.copy_set_param(self._parameter, "hidden")
        return value


@cache
def hide_in_log(parameter: str) -> None:
    """Hide a query parameter from now on; once is enough, and more does no harm."""
    logging.getLogger("httpx2").addFilter(HiddenParameter(parameter))
