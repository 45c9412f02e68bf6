"""Values of any kind as JSON: whole where an answer or a state is sent, bounded where one is shown.

    as_json             what an answer, a state or a stored request holds: faithful, and of any size
    shown               what a report, an event or a log line shows: bounded in size, depth and time
    left_out            what stands for a shown value where there is no room for all of them
    require_bounded     refuses JSON from outside that is too deep, or whose numbers are too large
    require_few_values  refuses a JSON text with too many values, before it is parsed
    require_storable    refuses JSON from outside that a checkpoint cannot hold

Both never fail because of what a value is or does, and never advance an iterator: the graph's nodes
still need it.
"""

from app.plain_json.bounds import (
    require_bounded,
    require_bounded_text,
    require_few_values,
    require_storable,
)
from app.plain_json.error_text import error_text, named_error
from app.plain_json.faithful import as_json
from app.plain_json.short_repr import beginning_of, short_repr
from app.plain_json.shown import shown
from app.plain_json.sizes import MOST_REPORT_BYTES, json_bytes, left_out
from app.plain_json.text import clean_text, shortened, type_name

__all__ = [
    "MOST_REPORT_BYTES",
    "as_json",
    "beginning_of",
    "clean_text",
    "error_text",
    "json_bytes",
    "left_out",
    "named_error",
    "require_bounded",
    "require_bounded_text",
    "require_few_values",
    "require_storable",
    "short_repr",
    "shortened",
    "shown",
    "type_name",
]
