"""Values of any kind as JSON: whole where an answer or a state is sent, bounded where one is shown.

    as_json          what an answer, a state or a stored request holds: faithful, and of any size
    shown            what a report, an event or a log line shows: bounded in size, depth and time
    require_bounded  refuses JSON from outside that is too deep, or whose numbers are too large

Both never fail because of what a value is or does, and never advance an iterator: the graph's nodes
still need it.
"""

from app.plain_json.bounds import require_bounded, require_bounded_text
from app.plain_json.faithful import as_json
from app.plain_json.shown import shown
from app.plain_json.text import clean_text, error_text, named_error, shortened

__all__ = [
    "as_json",
    "clean_text",
    "error_text",
    "named_error",
    "require_bounded",
    "require_bounded_text",
    "shortened",
    "shown",
]
