"""How much the ends of branches may say in all: what a run stores of results has a bound."""

from typing import Any

from app.plain_json import MOST_REPORT_BYTES, json_bytes, left_out, shortened

_LONGEST_ERROR = 200
"""In characters, of an error's text where the whole one has no room."""


class EventRoom:
    """Takes results, tries and error texts out of events once 1 MiB is spent on them.

    What is left of such an event is its figures, some hundred bytes: a branch that started still
    ends, and a run that continues after a crash knows its row.
    """

    def __init__(self) -> None:
        self._left = MOST_REPORT_BYTES
        self.shortened = 0
        """How many events came without something that they had."""

    def fit(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what an event says of a row, as far as there is room."""
        size = json_bytes(data)
        if size <= self._left:
            self._left -= size
            return data
        self.shortened += 1
        fitted = {**data, "result": left_out(data.get("result"))}
        if fitted.get("tries"):
            fitted["tries"] = []
        if isinstance(error := fitted.get("error"), dict):
            texts = {key: value for key, value in error.items() if isinstance(value, str)}
            short = {key: shortened(text, _LONGEST_ERROR) for key, text in texts.items()}
            fitted["error"] = {**error, **short}
        return fitted
