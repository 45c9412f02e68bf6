"""What the live providers answer, read exactly: no amount passes through a float."""

import json
import logging
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import from_json

from graphs.adapters.errors import SourceAnswerUnusable
from graphs.adapters.excerpts import excerpt
from graphs.adapters.http.fetch import Fetched, Service, whole
from graphs.trip_plan.errors import NoOfferInCurrency

logger = logging.getLogger(__name__)

Shape = TypeVar("Shape", bound=BaseModel)

_NAME_CHARS = 200


def _one_line(text: str) -> str:
    return excerpt(" ".join(text.split()), _NAME_CHARS)


def _without_noise(amount: Decimal) -> Decimal:
    """Write with cents, or with four places where it has more than float's noise beyond them."""
    cents, finest = round(amount, 2), round(amount, 4)
    return cents if cents == finest else finest


Name = Annotated[str, AfterValidator(_one_line)]
"""One line of bounded length, whatever was sent."""

ExactAmount = Annotated[Decimal, Field(gt=-(10**9), lt=10**9), AfterValidator(_without_noise)]
"""So bounded that the sum of all that an answer can hold is still an `Amount`."""

Fare = Annotated[ExactAmount, Field(ge=0)]
"""What an offer costs; below zero it would be the cheapest of all."""


def parse_exactly(service: Service, shape: type[Shape], fetched: Fetched) -> Shape:
    """Return a JSON answer as a `shape`, its numbers as the decimals they are written as.

    Raises:
        SourceAnswerUnusable: it is not JSON, or of another shape.
    """
    content = whole(service, fetched)
    try:
        from_json(content, allow_inf_nan=False)  # refuses half characters, which json lets through
        answer = json.loads(content, parse_float=Decimal)
    except ValueError:
        raise SourceAnswerUnusable(f"{service.name} answered out of shape: no JSON") from None
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"]) or "the answer"
        raise SourceAnswerUnusable(
            f"{service.name} answered out of shape: {place}: {problem['msg'][:200]}"
        ) from None  # the cause quotes the answer


def note_left_out(service: Service, currency: str, *, others: list[str], usable: int) -> None:
    """Log how many offers were left out because they are not in `currency`, one of `others` each.

    Raises:
        NoOfferInCurrency: there were offers, and all of them were left out.
    """
    if others and not usable:
        only = ", ".join(sorted(set(others)))
        raise NoOfferInCurrency(f"{service.name} offers nothing in {currency}, only in {only}")
    if others:
        logger.info(
            "offers in another currency were left out",
            extra={"service": service.name, "currency": currency, "left_out": len(others)},
        )
