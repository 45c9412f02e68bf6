"""`?report=`: how much of its report an answer shows."""

from typing import Annotated, cast, get_args

from fastapi import Query, Request

from app.errors import InvalidInput
from app.report.detail import Detail

DetailParam = Annotated[
    Detail,
    Query(
        alias="report",
        description=(
            "How much of the report to send: `full`; `summary`, without the rows of branches that "
            "went well; `none`, null."
        ),
    ),
]

_DETAILS = get_args(Detail)


def read_detail(request: Request) -> Detail:
    """Return the detail that a request wants, for routes that read their parameters themselves.

    Raises:
        InvalidInput: there is no such detail.
    """
    given = request.query_params.get("report", "full")
    if given not in _DETAILS:
        message = "Input should be 'full', 'summary' or 'none'"
        raise InvalidInput.at("query.report", message, given=repr(given))
    return cast("Detail", given)
